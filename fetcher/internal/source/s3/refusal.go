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

// invalid are answers to credentials that no grant would help.
var invalid = map[string]bool{
	"ExpiredToken": true, "InvalidToken": true, "InvalidAccessKeyId": true, "SignatureDoesNotMatch": true,
}

// refusal gives an answer of S3 its kind and says what to do about it. What
// is left as it is counts as transient.
func refusal(url string, ref source.Ref, err error) error {
	var identity identityError
	if errors.As(err, &identity) {
		return withoutIdentity(identity)
	}
	var response *awshttp.ResponseError
	if !errors.As(err, &response) {
		return fmt.Errorf("%s: %w", url, err)
	}
	status := response.HTTPStatusCode()
	said := fmt.Sprintf("S3 answers %d %s", status, word(err, status))
	switch {
	case invalid[code(err)]:
		return fetcherr.New(fetcherr.Denied, "%s: %s", url, said).
			Advise("S3 does not take the pod's credentials: look where they come from")
	case code(err) == "RequestTimeTooSkewed":
		return fetcherr.New(fetcherr.Denied, "%s: %s", url, said).Advise("set the node's clock")
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fetcherr.New(fetcherr.Unsettled, "%s: %s", url, said).Advise("%s", grant(ref))
	case status == http.StatusNotFound || code(err) == "NoSuchVersion":
		return missing(url, ref, err)
	case status == http.StatusBadRequest && ref.Version != "" && strings.Contains(strings.ToLower(word(err, status)), "version"):
		return missing(url, ref, err)
	case status == http.StatusMethodNotAllowed && ref.Version != "":
		return fetcherr.New(fetcherr.Missing, "%s: this version marks the object as deleted", url).Advise("check the pinned version")
	case status == http.StatusPreconditionFailed || status == http.StatusRequestedRangeNotSatisfiable:
		return fetcherr.New(fetcherr.Changed, "%s was replaced while it was read: %s", url, said)
	case status == http.StatusRequestTimeout || status == http.StatusTooManyRequests || code(err) == "RequestTimeout" || code(err) == "SlowDown":
		return fetcherr.New(fetcherr.Transient, "%s: %s: %w", url, said, err).Later(source.Later(response.Response.Header))
	case status >= 300 && status < 400 || code(err) == "AuthorizationHeaderMalformed":
		return fetcherr.New(fetcherr.Config, "%s: %s", url, said).Advise("set AWS_REGION to the bucket's region")
	case status >= 400 && status < 500:
		return fetcherr.New(fetcherr.Config, "%s: %s", url, said)
	}
	return fetcherr.New(fetcherr.Transient, "%s: %s: %w", url, said, err).Later(source.Later(response.Response.Header))
}

// changed turns an object that went missing between Stat and Read into one
// that changed: it was there a moment ago.
func changed(url string, err error) error {
	if fetcherr.KindOf(err) != fetcherr.Missing {
		return err
	}
	return fetcherr.New(fetcherr.Changed, "%s was removed while it was read", url)
}

func missing(url string, ref source.Ref, err error) error {
	switch {
	case code(err) == "NoSuchBucket":
		return fetcherr.New(fetcherr.Missing, "%s: bucket %q does not exist", url, ref.Bucket).
			Advise("check S3_BUCKET and AWS_REGION")
	case ref.Version != "":
		return fetcherr.New(fetcherr.Missing, "%s: no version %s of this object", url, ref.Version).
			Advise("check the path and the pinned version")
	default:
		return fetcherr.New(fetcherr.Missing, "%s: no such object", url).
			Advise("check the bucket and the path, or publish the artifact first")
	}
}

// grant says which permissions a read takes. Without ListBucket on the
// prefix S3 answers 403 for an object that does not exist.
func grant(ref source.Ref) string {
	action := "s3:GetObject"
	if ref.Version != "" {
		action = "s3:GetObject and s3:GetObjectVersion"
	}
	advice := fmt.Sprintf("grant %s on arn:aws:s3:::%s/%s*; without s3:ListBucket on the prefix a missing object answers 403 too",
		action, ref.Bucket, ref.Key[:strings.LastIndexByte(ref.Key, '/')+1])
	if role := os.Getenv("AWS_ROLE_ARN"); role != "" {
		advice = "for " + role + ": " + advice
	}
	return advice
}

func code(err error) string {
	var answer smithy.APIError
	if errors.As(err, &answer) {
		return answer.ErrorCode()
	}
	return ""
}

// word is S3's code and message; a HEAD brings neither.
func word(err error, status int) string {
	var answer smithy.APIError
	if !errors.As(err, &answer) || answer.ErrorMessage() == "" {
		return http.StatusText(status)
	}
	text := answer.ErrorCode() + ": " + answer.ErrorMessage()
	return text[:min(len(text), 500)]
}
