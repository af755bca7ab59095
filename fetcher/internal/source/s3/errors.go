package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// classifyError gives an error of S3 its kind and a hint. An unclassified error counts as transient.
func classifyError(url string, ref source.Ref, err error) error {
	var identity identityError
	if errors.As(err, &identity) {
		return classifyCredentialError(identity)
	}
	var response *awshttp.ResponseError
	var send *smithyhttp.RequestSendError
	if errors.As(err, &send) || !errors.As(err, &response) {
		return classifyRequestError(url, err)
	}
	r := refusal{url: url, ref: ref, err: err, response: response}
	if classified := r.classifyCode(); classified != nil {
		return classified
	}
	class, known := errorClasses[r.code()]
	if !known {
		class = classifyStatus(r.status())
	}
	if r.hasForeignBody() {
		class.hint = source.ForeignResponseHint
	}
	return r.newError(class)
}

// classifyRequestError classifies an error without a response. An error of the SDK before it sends the request, such as
// a region that is not a host name, is fetcherr.InvalidConfig.
func classifyRequestError(url string, err error) error {
	if permanent := source.PermanentRequestError(url, err); permanent != nil {
		return permanent
	}
	var send *smithyhttp.RequestSendError
	var operation *smithy.OperationError
	switch {
	case errors.As(err, &send), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s: %w", url, err)
	case errors.As(err, &operation):
		return fetcherr.New(fetcherr.InvalidConfig, "%s: the request cannot be made: %w", url, err).
			WithHint("check the bucket, AWS_REGION and AWS_ENDPOINT_URL_S3")
	}
	return fmt.Errorf("%s: %w", url, err)
}

// refusal is a response of S3 that is an error.
type refusal struct {
	url      string
	ref      source.Ref
	err      error
	response *awshttp.ResponseError
}

func (r refusal) status() int { return r.response.HTTPStatusCode() }

// code returns S3's error code, or "" if the response has none. For a response without a body, such as that to HEAD,
// the SDK makes up a code from the status.
func (r refusal) code() string {
	var apiErr smithy.APIError
	if !errors.As(r.err, &apiErr) {
		return ""
	}
	code := apiErr.ErrorCode()
	if code == "UnknownError" || code == strings.ReplaceAll(http.StatusText(r.status()), " ", "") {
		return ""
	}
	return code
}

// hasForeignBody reports whether the response has a body that is not XML, so that the response is not S3's.
func (r refusal) hasForeignBody() bool {
	var invalid *smithy.DeserializationError
	if r.code() != "" || r.response.Response.ContentLength == 0 {
		return false
	}
	contentType := r.response.Response.Header.Get("Content-Type")
	return errors.As(r.err, &invalid) || strings.HasPrefix(contentType, "text/html") || strings.HasPrefix(contentType, "text/plain")
}

// text returns the status with S3's code and message, as far as the response has them. S3 sends some codes without a
// message.
func (r refusal) text() string {
	var apiErr smithy.APIError
	text := http.StatusText(r.status())
	if errors.As(r.err, &apiErr) {
		switch code, message := r.code(), apiErr.ErrorMessage(); {
		case code != "" && message != "" && message != "UnknownError":
			text = code + ": " + message
		case code != "":
			text = code
		}
		var archived *types.InvalidObjectState
		if errors.As(r.err, &archived) && archived.StorageClass != "" {
			text += " (storage class " + string(archived.StorageClass) + ")"
		}
	}
	return fmt.Sprintf("S3 returned %d %s", r.status(), source.Truncate(text))
}

// classifyCode returns the error for a code or a status whose meaning depends on the request or on the rest of the
// response. It returns nil for any other.
func (r refusal) classifyCode() error {
	code, status := r.code(), r.status()
	_, known := errorClasses[code]
	switch {
	case status == http.StatusProxyAuthRequired:
		return r.newError(errorClass{fetcherr.InvalidConfig, source.ProxyLoginHint})
	case code == "AccessDenied", code == "KMS.AccessDeniedException":
		return r.accessDenied()
	case code == "NoSuchKey", code == "NoSuchBucket", code == "NoSuchVersion":
		return r.notFound()
	case wrongRegionCodes[code], code == "" && r.bucketRegion() != "" &&
		(status == http.StatusMovedPermanently || status == http.StatusBadRequest):
		return r.wrongRegion()
	case status == http.StatusMethodNotAllowed && r.ref.Version != "":
		return fetcherr.New(fetcherr.NotFound, "%s: this version is a delete marker", r.url).WithHint("check the pinned version")
	case status == http.StatusBadRequest && r.ref.Version != "" && strings.Contains(strings.ToLower(r.text()), "version"):
		return r.notFound()
	case code == "InvalidRequest" && strings.Contains(r.text(), "Server Side Encryption"):
		return r.newError(errorClasses["ServerSideEncryptionKeyMissing"])
	case known:
		return nil
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return r.accessDenied()
	case status == http.StatusNotFound:
		return r.notFound()
	}
	return nil
}

func (r refusal) newError(class errorClass) *fetcherr.Error {
	format := "%s: %s"
	if class.kind == fetcherr.Transient {
		return fetcherr.New(class.kind, "%s: %s: %w", r.url, r.text(), r.err).
			WithRetryAfter(source.RetryAfter(r.response.Response.Header)).
			WithThrottled(throttlingCodes[r.code()] || source.IsThrottlingStatus(r.status()) && !r.hasForeignBody())
	}
	if class.kind == fetcherr.ObjectChanged {
		format = "%s was replaced while it was read: %s"
	}
	return fetcherr.New(class.kind, format, r.url, r.text()).WithHint("%s", class.hint)
}

// accessDenied returns fetcherr.IdentityNotReady if a grant may still take effect.
func (r refusal) accessDenied() error {
	switch text := r.text(); {
	case r.hasForeignBody():
		return r.newError(errorClass{fetcherr.PermissionDenied, source.ForeignResponseHint})
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
	case strings.Contains(text, "explicit deny"):
		return r.newError(errorClass{fetcherr.PermissionDenied,
			"change the policy that the message names: a grant does not override its Deny"})
	case strings.Contains(text, "kms:Decrypt"), r.code() == "KMS.AccessDeniedException":
		return r.newError(errorClass{fetcherr.IdentityNotReady,
			withRole("grant kms:Decrypt on the KMS key that the object is encrypted with, in the role's policy and in the key's")})
	}
	return r.newError(errorClass{fetcherr.IdentityNotReady, withRole(permissionHint(r.ref))})
}

func (r refusal) notFound() error {
	switch {
	case r.hasForeignBody():
		return r.newError(errorClass{fetcherr.NotFound, source.ForeignResponseHint})
	case r.code() == "NoSuchBucket":
		return fetcherr.New(fetcherr.NotFound, "%s: bucket %q does not exist", r.url, r.ref.Bucket).
			WithHint("check S3_BUCKET and AWS_REGION")
	case r.ref.Version != "":
		return fetcherr.New(fetcherr.NotFound, "%s: no version %s of this object", r.url, r.ref.Version).
			WithHint("check the path and the pinned version")
	default:
		return fetcherr.New(fetcherr.NotFound, "%s: no such object", r.url).
			WithHint("check the bucket and the path, or publish the artifact first")
	}
}

func (r refusal) bucketRegion() string { return r.response.Response.Header.Get("X-Amz-Bucket-Region") }

func (r refusal) wrongRegion() error {
	hint := regionHint
	if region := r.bucketRegion(); region != "" {
		hint = "set AWS_REGION=" + region + ", the bucket's region"
	}
	return r.newError(errorClass{fetcherr.InvalidConfig, hint})
}

// classifyReadError is classifyError after Stat has found the object: a missing object was removed. S3 refuses to read
// an archived object, but not to stat it.
func classifyReadError(url string, ref source.Ref, err error) error {
	classified := classifyError(url, ref, err)
	var apiErr smithy.APIError
	if fetcherr.KindOf(classified) != fetcherr.NotFound ||
		errors.As(err, &apiErr) && errorClasses[apiErr.ErrorCode()].hint == restoreHint {
		return classified
	}
	return fetcherr.New(fetcherr.ObjectChanged, "%s was removed while it was read", url)
}

// permissionHint says which permissions a read needs. Without ListBucket S3 returns 403 for an object that does not
// exist.
func permissionHint(ref source.Ref) string {
	action := "s3:GetObject"
	if ref.Version != "" {
		action = "s3:GetObject and s3:GetObjectVersion"
	}
	resource := "arn:aws:s3:::" + ref.Bucket + "/"
	if arn.IsARN(ref.Bucket) {
		resource = ref.Bucket + "/object/"
	}
	return fmt.Sprintf("grant %s on %s%s*; without s3:ListBucket on the prefix, S3 returns 403 for a missing object, too",
		action, resource, ref.Prefix())
}

func withRole(hint string) string {
	if role := os.Getenv("AWS_ROLE_ARN"); role != "" {
		return "for " + role + ": " + hint
	}
	return hint
}
