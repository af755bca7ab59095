package s3

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/modelferry/modelferry/fetcher/fault"
)

// marked marks what goes wrong in the credential chain, so that a refusal by
// STS is not taken for one by S3: both are HTTP answers of the same type.
type marked struct{ aws.CredentialsProvider }

type identityError struct{ error }

func (e identityError) Unwrap() error { return e.error }

func (m marked) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := m.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return credentials, identityError{err}
	}
	return credentials, nil
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
	if unanswered || errors.Is(err, context.Canceled) {
		return fmt.Errorf("the AWS identity service cannot be asked for credentials: %w", err)
	}
	return fault.New(fault.Denied, "no AWS identity: %w", err).
		Advise("annotate the pod's service account with its role (eks.amazonaws.com/role-arn) and let the role trust it")
}
