package s3

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/modelferry/modelferry/fetcher/fault"
)

// isCredentials tells a failure of the credential chain, which the SDK marks
// by no type of its own, from one of the request.
func isCredentials(err error) bool {
	text := err.Error()
	return strings.Contains(text, "get credentials") || strings.Contains(text, "failed to refresh cached credentials")
}

// withoutIdentity is fault.Denied for a pod that has no identity or whose
// identity is refused, and transient when STS could not be asked.
func withoutIdentity(err error) error {
	var response *awshttp.ResponseError
	var network net.Error
	unanswered := false
	switch {
	case errors.As(err, &response):
		status := response.HTTPStatusCode()
		unanswered = status >= 500 || status == http.StatusTooManyRequests
	case errors.As(err, &network), errors.Is(err, context.DeadlineExceeded):
		unanswered = true
	}
	if unanswered {
		return fmt.Errorf("the AWS identity service cannot be asked for credentials: %w", err)
	}
	return fault.New(fault.Denied, "no AWS identity: %w", err).
		Advise("annotate the pod's service account with its role (eks.amazonaws.com/role-arn) and let the role trust it")
}
