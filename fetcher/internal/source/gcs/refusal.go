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

// refusal gives an answer of GCS its kind and says what to do about it.
// What is left as it is counts as transient.
func refusal(url string, ref source.Ref, err error) error {
	var known *fetcherr.Error
	if errors.As(err, &known) {
		return err
	}
	var answer *googleapi.Error
	if errors.As(err, &answer) {
		return answered(url, ref, answer, err)
	}
	var token *auth.Error
	if errors.As(err, &token) && !token.Temporary() {
		return fetcherr.New(fetcherr.Unsettled, "%s: no token for the pod's identity: %w", url, err).
			Advise("check that the service account's workload identity exists")
	}
	return fmt.Errorf("%s: %w", url, err)
}

func answered(url string, ref source.Ref, answer *googleapi.Error, err error) error {
	switch code := answer.Code; code {
	case http.StatusNotFound:
		return missing(url, ref, answer.Message)
	case http.StatusUnauthorized, http.StatusForbidden:
		return fetcherr.New(fetcherr.Unsettled, "%s: GCS answers %d: %s", url, code, message(answer)).
			Advise("grant the pod's identity roles/storage.objectViewer on gs://%s/%s", ref.Bucket, prefix(ref.Key))
	case http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable:
		return fetcherr.New(fetcherr.Changed, "%s was replaced while it was read: GCS answers %d", url, code)
	case http.StatusRequestTimeout, http.StatusTooManyRequests:
		return fetcherr.New(fetcherr.Transient, "%s: GCS answers %d: %w", url, code, err).Later(source.Later(answer.Header))
	default:
		if code >= 400 && code < 500 {
			return fetcherr.New(fetcherr.Config, "%s: GCS answers %d: %s", url, code, message(answer))
		}
		return fetcherr.New(fetcherr.Transient, "%s: GCS answers %d: %w", url, code, err).Later(source.Later(answer.Header))
	}
}

func missing(url string, ref source.Ref, message string) error {
	switch {
	case strings.Contains(message, "bucket does not exist"):
		return fetcherr.New(fetcherr.Missing, "%s: bucket %q does not exist", url, ref.Bucket).
			Advise("check GCS_BUCKET")
	case ref.Version != "":
		return fetcherr.New(fetcherr.Missing, "%s: no generation %s of this object", url, ref.Version).
			Advise("check the path and the pinned version; a version is gone when the bucket keeps none")
	default:
		return fetcherr.New(fetcherr.Missing, "%s: no such object", url).
			Advise("check the bucket and the path, or publish the artifact first")
	}
}

// message is what GCS says, which names the principal and the permission. An
// endpoint that is not GCS may answer without JSON: then the body's beginning.
func message(answer *googleapi.Error) string {
	text := answer.Message
	if text == "" {
		text = strings.TrimSpace(answer.Body)
	}
	if text == "" {
		text = http.StatusText(answer.Code)
	}
	return text[:min(len(text), 500)]
}

// prefix is the key's folder, which is what grants are given on.
func prefix(key string) string {
	return key[:strings.LastIndexByte(key, '/')+1]
}
