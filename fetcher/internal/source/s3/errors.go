package s3

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// invalidCredentialCodes are S3's error codes for invalid credentials, which a permission would not fix.
var invalidCredentialCodes = map[string]bool{
	"ExpiredToken": true, "InvalidToken": true, "InvalidAccessKeyId": true, "SignatureDoesNotMatch": true,
}

// classifyError gives an error of S3 its kind and a hint. An unclassified error counts as transient.
func classifyError(url string, ref source.Ref, err error) error {
	var identity identityError
	if errors.As(err, &identity) {
		return classifyCredentialError(identity)
	}
	var response *awshttp.ResponseError
	if !errors.As(err, &response) {
		return fmt.Errorf("%s: %w", url, err)
	}
	status := response.HTTPStatusCode()
	reply := fmt.Sprintf("S3 returned %d %s", status, errorText(err, status))
	switch {
	case invalidCredentialCodes[errorCode(err)]:
		return fetcherr.New(fetcherr.PermissionDenied, "%s: %s", url, reply).
			WithHint("check where the pod's credentials come from")
	case errorCode(err) == "RequestTimeTooSkewed":
		return fetcherr.New(fetcherr.PermissionDenied, "%s: %s", url, reply).WithHint("synchronize the node's clock")
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fetcherr.New(fetcherr.IdentityNotReady, "%s: %s", url, reply).WithHint("%s", permissionHint(ref))
	case status == http.StatusNotFound || errorCode(err) == "NoSuchVersion":
		return notFoundError(url, ref, err)
	case status == http.StatusBadRequest && ref.Version != "" && strings.Contains(strings.ToLower(errorText(err, status)), "version"):
		return notFoundError(url, ref, err)
	case status == http.StatusMethodNotAllowed && ref.Version != "":
		return fetcherr.New(fetcherr.NotFound, "%s: this version is a delete marker", url).WithHint("check the pinned version")
	case status == http.StatusPreconditionFailed || status == http.StatusRequestedRangeNotSatisfiable:
		return fetcherr.New(fetcherr.ObjectChanged, "%s was replaced while it was read: %s", url, reply)
	case status == http.StatusRequestTimeout || status == http.StatusTooManyRequests ||
		errorCode(err) == "RequestTimeout" || errorCode(err) == "SlowDown":
		return fetcherr.New(fetcherr.Transient, "%s: %s: %w", url, reply, err).WithRetryAfter(source.RetryAfter(response.Response.Header))
	case status >= 300 && status < 400 || errorCode(err) == "AuthorizationHeaderMalformed":
		return fetcherr.New(fetcherr.InvalidConfig, "%s: %s", url, reply).WithHint("set AWS_REGION to the bucket's region")
	case status >= 400 && status < 500:
		return fetcherr.New(fetcherr.InvalidConfig, "%s: %s", url, reply)
	}
	return fetcherr.New(fetcherr.Transient, "%s: %s: %w", url, reply, err).WithRetryAfter(source.RetryAfter(response.Response.Header))
}

// notFoundAsChanged turns NotFound into ObjectChanged, because Stat has found the object before.
func notFoundAsChanged(url string, err error) error {
	if fetcherr.KindOf(err) != fetcherr.NotFound {
		return err
	}
	return fetcherr.New(fetcherr.ObjectChanged, "%s was removed while it was read", url)
}

func notFoundError(url string, ref source.Ref, err error) error {
	switch {
	case errorCode(err) == "NoSuchBucket":
		return fetcherr.New(fetcherr.NotFound, "%s: bucket %q does not exist", url, ref.Bucket).
			WithHint("check S3_BUCKET and AWS_REGION")
	case ref.Version != "":
		return fetcherr.New(fetcherr.NotFound, "%s: no version %s of this object", url, ref.Version).
			WithHint("check the path and the pinned version")
	default:
		return fetcherr.New(fetcherr.NotFound, "%s: no such object", url).
			WithHint("check the bucket and the path, or publish the artifact first")
	}
}

// permissionHint says which permissions a read needs. Without ListBucket S3 returns 403 for an object that does not
// exist.
func permissionHint(ref source.Ref) string {
	action := "s3:GetObject"
	if ref.Version != "" {
		action = "s3:GetObject and s3:GetObjectVersion"
	}
	hint := fmt.Sprintf("grant %s on arn:aws:s3:::%s/%s*; without s3:ListBucket on the prefix, S3 returns 403 for a missing object, too",
		action, ref.Bucket, ref.Key[:strings.LastIndexByte(ref.Key, '/')+1])
	if role := os.Getenv("AWS_ROLE_ARN"); role != "" {
		hint = "for " + role + ": " + hint
	}
	return hint
}

func errorCode(err error) string {
	var apiErr smithy.APIError
	if errors.As(err, &apiErr) {
		return apiErr.ErrorCode()
	}
	return ""
}

// errorText returns S3's code and message. The response to a HEAD request has neither.
func errorText(err error, status int) string {
	var apiErr smithy.APIError
	if !errors.As(err, &apiErr) || apiErr.ErrorMessage() == "" {
		return http.StatusText(status)
	}
	text := apiErr.ErrorCode() + ": " + apiErr.ErrorMessage()
	return text[:min(len(text), 500)]
}
