package gcs

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"cloud.google.com/go/auth"
	"google.golang.org/api/googleapi"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// classifyError gives an error of GCS its kind and a hint. An unclassified error counts as transient.
func classifyError(url string, ref source.Ref, err error) error {
	var known *fetcherr.Error
	if errors.As(err, &known) {
		return err
	}
	var apiErr *googleapi.Error
	if errors.As(err, &apiErr) {
		return classifyResponse(url, ref, apiErr, err)
	}
	var tokenErr *auth.Error
	if errors.As(err, &tokenErr) && !tokenErr.Temporary() {
		return fetcherr.New(fetcherr.IdentityNotReady, "%s: no token for the pod's identity: %w", url, err).
			WithHint("check that the service account's workload identity exists")
	}
	return fmt.Errorf("%s: %w", url, err)
}

func classifyResponse(url string, ref source.Ref, apiErr *googleapi.Error, err error) error {
	switch code := apiErr.Code; code {
	case http.StatusNotFound:
		return notFoundError(url, ref, apiErr.Message)
	case http.StatusUnauthorized, http.StatusForbidden:
		return fetcherr.New(fetcherr.IdentityNotReady, "%s: GCS returned %d: %s", url, code, responseMessage(apiErr)).
			WithHint("grant the pod's identity roles/storage.objectViewer on gs://%s/%s", ref.Bucket, keyPrefix(ref.Key))
	case http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable:
		return fetcherr.New(fetcherr.ObjectChanged, "%s was replaced while it was read: GCS returned %d", url, code)
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return fetcherr.New(fetcherr.Transient, "%s: GCS returned %d: %w", url, code, err).WithRetryAfter(source.RetryAfter(apiErr.Header))
	default:
		if code >= 400 && code < 500 {
			return fetcherr.New(fetcherr.InvalidConfig, "%s: GCS returned %d: %s", url, code, responseMessage(apiErr))
		}
		return fetcherr.New(fetcherr.Transient, "%s: GCS returned %d: %w", url, code, err).WithRetryAfter(source.RetryAfter(apiErr.Header))
	}
}

func notFoundError(url string, ref source.Ref, message string) error {
	switch {
	case strings.Contains(message, "bucket does not exist"):
		return fetcherr.New(fetcherr.NotFound, "%s: bucket %q does not exist", url, ref.Bucket).
			WithHint("check GCS_BUCKET")
	case ref.Version != "":
		return fetcherr.New(fetcherr.NotFound, "%s: no generation %s of this object", url, ref.Version).
			WithHint("check the path and the pinned version; a generation is deleted when it is replaced in a bucket without versioning")
	default:
		return fetcherr.New(fetcherr.NotFound, "%s: no such object", url).
			WithHint("check the bucket and the path, or publish the artifact first")
	}
}

// responseMessage returns the message of GCS, which names the principal and the permission. If the response is not
// JSON, it returns the beginning of the body.
func responseMessage(apiErr *googleapi.Error) string {
	text := apiErr.Message
	if text == "" {
		text = strings.TrimSpace(apiErr.Body)
	}
	if text == "" {
		text = http.StatusText(apiErr.Code)
	}
	return text[:min(len(text), 500)]
}

// keyPrefix returns the key's folder, which permissions are granted on.
func keyPrefix(key string) string {
	return key[:strings.LastIndexByte(key, '/')+1]
}
