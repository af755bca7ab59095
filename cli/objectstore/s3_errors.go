package objectstore

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const awsLoginHint = "log in with `aws sso login`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID"

// s3Codes are the error codes that say more than the status. The kind nil means that the error is transient.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
var s3Codes = map[string]error{
	"PreconditionFailed": ErrExists,

	"AccessDenied":          ErrDenied,
	"ExpiredToken":          ErrDenied,
	"InvalidAccessKeyId":    ErrDenied,
	"InvalidToken":          ErrDenied,
	"RequestTimeTooSkewed":  ErrDenied,
	"SignatureDoesNotMatch": ErrDenied,
	"TokenRefreshRequired":  ErrDenied,

	"NoSuchBucket": ErrNotFound,
	"NoSuchKey":    ErrNotFound,
	"NoSuchUpload": errSessionLost,

	"InsufficientCapacity":           ErrNoSpace, // Ceph
	"InsufficientStorage":            ErrNoSpace,
	"QuotaExceeded":                  ErrNoSpace, // Ceph and versitygw
	"XMinioAdminBucketQuotaExceeded": ErrNoSpace,
	"XMinioStorageFull":              ErrNoSpace,

	"BadDigest":                   ErrChecksum,
	"ChecksumMismatch":            ErrChecksum,
	"InvalidDigest":               ErrChecksum,
	"XAmzContentChecksumMismatch": ErrChecksum,
	"XAmzContentSHA256Mismatch":   ErrChecksum,

	"ConditionalRequestConflict": nil,
	"InternalError":              nil,
	"OperationAborted":           nil,
	"RequestTimeout":             nil,
	"ServiceUnavailable":         nil,
	"SlowDown":                   nil,
	"Throttling":                 nil,
	"ThrottlingException":        nil,
}

// wrongRegionCodes are the error codes of a bucket that another endpoint serves.
var wrongRegionCodes = map[string]bool{
	"AuthorizationHeaderMalformed": true, "IllegalLocationConstraintException": true, "PermanentRedirect": true,
}

// classify gives an error of the SDK its kind and a hint. action is the IAM action that the request needs.
func (s *s3Store) classify(ctx context.Context, action, key string, err error) error {
	if err == nil {
		return nil
	}
	var response *awshttp.ResponseError
	var send *smithyhttp.RequestSendError
	if errors.As(err, &response) && !errors.As(err, &send) && response.Response != nil && response.HTTPStatusCode() != 0 {
		return s.classifyResponse(action, key, err, response)
	}
	var operation *smithy.OperationError
	if errors.As(err, &send) || !errors.As(err, &operation) {
		return requestError(s.URL(key), causeOf(ctx, err))
	}
	return s.classifyUnsent(ctx, key, err)
}

// classifyUnsent returns the error of a request that the SDK could not send: without credentials, or cancelled.
func (s *s3Store) classifyUnsent(ctx context.Context, key string, err error) error {
	var canceled *smithy.CanceledError
	var token *ssocreds.InvalidTokenError
	switch {
	case errors.As(err, &canceled), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return newError(nil, "%s: %w", s.URL(key), causeOf(ctx, err))
	case errors.As(err, &token), strings.Contains(err.Error(), "credentials"), strings.Contains(err.Error(), "get identity"):
		return newError(ErrDenied, "no AWS credentials for %s: %w", s.URL(key), err).withHint("%s", awsLoginHint)
	}
	return newError(ErrInvalid, "%s: the request cannot be sent: %w", s.URL(key), err).
		withHint("check the bucket, AWS_REGION and AWS_ENDPOINT_URL_S3")
}

func (s *s3Store) classifyResponse(action, key string, err error, response *awshttp.ResponseError) error {
	status, header := response.HTTPStatusCode(), response.Response.Header
	code, message := "", http.StatusText(status)
	var apiErr smithy.APIError
	if errors.As(err, &apiErr) {
		code = apiErr.ErrorCode()
		if text := apiErr.ErrorMessage(); text != "" && text != "UnknownError" {
			message = text
		}
	}
	failure := &Error{
		text: fmt.Sprintf("%s: S3 answered %d %s: %s", s.URL(key), status, code, truncate(message)), cause: err,
		retryAfter: parseRetryAfter(header),
	}
	kind, known := s3Codes[code]
	switch {
	case wrongRegionCodes[code], code == "" && status == http.StatusMovedPermanently:
		failure.kind, failure.hint = ErrInvalid, "set AWS_REGION to the bucket's region "+header.Get("X-Amz-Bucket-Region")
	case known:
		failure.kind = kind
	case status == http.StatusPreconditionFailed:
		failure.kind = ErrExists
	default:
		failure.kind = kindOfStatus(status)
	}
	switch {
	case errors.Is(failure.kind, ErrDenied) && (code == "AccessDenied" || status == http.StatusForbidden && !known):
		failure.hint = s.permissionHint(action, key)
	case errors.Is(failure.kind, ErrDenied):
		failure.hint = awsLoginHint
	case errors.Is(failure.kind, ErrChecksum):
		failure.hint = damagedHint
	case code == "NoSuchBucket":
		failure.hint = "check that the bucket s3://" + s.bucket + " exists"
	case failure.hint == "":
		failure.hint = spaceHint(failure.kind)
	}
	return failure
}

// permissionHint says which permission a request needs. Without ListBucket S3 answers 403 for an object that does not
// exist. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
func (s *s3Store) permissionHint(action, key string) string {
	bucket := s.bucket
	if !arn.IsARN(bucket) {
		bucket = "arn:aws:s3:::" + bucket
	}
	switch action {
	case "s3:ListBucket", "s3:ListBucketMultipartUploads":
		return fmt.Sprintf("grant %s on %s", action, bucket)
	case "s3:GetObject":
		return fmt.Sprintf("grant s3:GetObject on %s/%s, and s3:ListBucket on %s: without it S3 answers 403 for a missing object, too",
			bucket, key, bucket)
	}
	return fmt.Sprintf("grant %s on %s/%s", action, bucket, key)
}
