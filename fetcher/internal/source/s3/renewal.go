package s3

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// expiredCodes are the codes of credentials that are no longer valid. The SDK's cache renews credentials when their
// time is over on this node's clock, but a session can be revoked, and clocks differ.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
var expiredCodes = map[string]bool{"ExpiredToken": true, "InvalidToken": true, "TokenRefreshRequired": true}

// getObject sends a request, and once more with new credentials if those in use have expired.
func (s *Source) getObject(ctx context.Context, input *s3.GetObjectInput, options func(*s3.Options)) (*s3.GetObjectOutput, error) {
	used, _ := s.credentials.Retrieve(ctx) // from the cache; the request reports the error
	out, err := s.client.GetObject(ctx, input, addressing(*input.Bucket), options)
	if err == nil || !isExpired(err) || !s.renewCredentials(ctx, used) {
		return out, err
	}
	return s.client.GetObject(ctx, input, addressing(*input.Bucket), options)
}

func isExpired(err error) bool {
	var apiErr smithy.APIError
	return errors.As(err, &apiErr) && expiredCodes[apiErr.ErrorCode()] || statusOf(err) == http.StatusUnauthorized
}

func statusOf(err error) int {
	var response *awshttp.ResponseError
	if !errors.As(err, &response) {
		return 0
	}
	return response.HTTPStatusCode()
}

// renewCredentials gets new credentials unless another request has done so, and reports whether they differ from the
// used ones.
func (s *Source) renewCredentials(ctx context.Context, used aws.Credentials) bool {
	s.renewal.Lock()
	defer s.renewal.Unlock()
	if s.isRenewed(ctx, used) {
		return true
	}
	s.credentials.Invalidate()
	return s.isRenewed(ctx, used)
}

// isRenewed reports whether the credentials differ from the used ones.
func (s *Source) isRenewed(ctx context.Context, used aws.Credentials) bool {
	current, err := s.credentials.Retrieve(ctx)
	return err == nil && (current.AccessKeyID != used.AccessKeyID || current.SessionToken != used.SessionToken)
}
