package gcs

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"cloud.google.com/go/auth"
	gce "cloud.google.com/go/compute/metadata"
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
		return classifyResponse(url, ref, apiErr)
	}
	if isTokenRefused(err) {
		return fetcherr.New(fetcherr.IdentityNotReady, "%s: no token for the pod's identity: %w", url, err).
			WithHint("check that the service account's workload identity exists")
	}
	if permanent := source.PermanentRequestError(url, err); permanent != nil {
		return permanent
	}
	return fmt.Errorf("%s: %w", url, err)
}

// isTokenRefused reports whether a token endpoint or the metadata server has refused a token.
func isTokenRefused(err error) bool {
	var tokenErr *auth.Error
	var metadataErr *gce.Error
	var undefined gce.NotDefinedError
	switch {
	case errors.As(err, &tokenErr):
		return !tokenErr.Temporary()
	case errors.As(err, &metadataErr):
		return metadataErr.Code < 500 && metadataErr.Code != http.StatusTooManyRequests
	}
	return errors.As(err, &undefined)
}

func classifyResponse(url string, ref source.Ref, apiErr *googleapi.Error) error {
	status := apiErr.Code
	class, known := classifyReason(apiErr)
	switch {
	case known:
	case status == http.StatusProxyAuthRequired:
		class = errorClass{fetcherr.InvalidConfig, source.ProxyLoginHint}
	case status == http.StatusNotFound:
		return notFoundError(url, ref, apiErr)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		class = errorClass{fetcherr.IdentityNotReady,
			fmt.Sprintf("grant the pod's identity roles/storage.objectViewer on gs://%s/%s", ref.Bucket, ref.Prefix())}
		if isForeign(apiErr) {
			class = errorClass{fetcherr.PermissionDenied, source.ForeignResponseHint}
		}
	default:
		class = classifyStatus(status)
		if isForeign(apiErr) {
			class.hint = source.ForeignResponseHint
		}
	}
	reply := fmt.Sprintf("GCS returned %d: %s", status, responseMessage(apiErr))
	if class.kind == fetcherr.Transient {
		return fetcherr.New(fetcherr.Transient, "%s: %s", url, reply).
			WithRetryAfter(source.RetryAfter(apiErr.Header)).WithThrottled(isThrottled(apiErr))
	}
	if class.kind == fetcherr.ObjectChanged {
		return fetcherr.New(fetcherr.ObjectChanged, "%s was replaced while it was read: %s", url, reply)
	}
	return fetcherr.New(class.kind, "%s: %s", url, reply).WithHint("%s", class.hint)
}

// isThrottled reports whether the bucket gets too many requests. A page of a proxy says nothing about the bucket.
func isThrottled(apiErr *googleapi.Error) bool {
	isThrottling := func(reason string) bool { return throttlingReasons[strings.ToLower(reason)] }
	return slices.ContainsFunc(reasonsOf(apiErr), isThrottling) || source.IsThrottlingStatus(apiErr.Code) && !isForeign(apiErr)
}

// classifyReason returns the class of the response's reason, or of its message. ok is false if neither is known.
func classifyReason(apiErr *googleapi.Error) (class errorClass, ok bool) {
	for _, reason := range reasonsOf(apiErr) {
		if class, ok := reasonClasses[strings.ToLower(reason)]; ok {
			return class, true
		}
	}
	return classifyMessage(apiErr.Message + apiErr.Body)
}

// reasonsOf returns the reasons of a response: those of its details first, which are more precise.
func reasonsOf(apiErr *googleapi.Error) []string {
	var reasons []string
	for _, detail := range apiErr.Details {
		if fields, ok := detail.(map[string]any); ok {
			if reason, ok := fields["reason"].(string); ok {
				reasons = append(reasons, reason)
			}
		}
	}
	for _, item := range apiErr.Errors {
		reasons = append(reasons, item.Reason)
	}
	return reasons
}

func notFoundError(url string, ref source.Ref, apiErr *googleapi.Error) error {
	switch {
	case isForeign(apiErr):
		return fetcherr.New(fetcherr.NotFound, "%s: the endpoint returned 404: %s", url, responseMessage(apiErr)).
			WithHint(source.ForeignResponseHint)
	case strings.Contains(responseMessage(apiErr), "bucket does not exist"):
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

// isForeign reports whether an error response is an HTML page. Cloud Storage sends JSON, or to a read a text, although
// its Content-Type is text/html.
func isForeign(apiErr *googleapi.Error) bool {
	body := strings.ToLower(apiErr.Body)
	return apiErr.Message == "" && (strings.Contains(body, "<html") || strings.Contains(body, "<!doctype"))
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
	return source.Truncate(text)
}
