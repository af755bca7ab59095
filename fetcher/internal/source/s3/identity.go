package s3

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
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

// withoutIdentity is fetcherr.Denied for a pod that has no identity,
// fetcherr.Unsettled for one whose identity is refused or whose token is not
// there, as both come right a little after they were made, and transient when
// STS could not be asked.
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
	kind := fetcherr.Denied
	if promised() {
		kind = fetcherr.Unsettled
	}
	return fetcherr.New(kind, "no AWS identity: %w", err).
		Advise("annotate the pod's service account with its role (eks.amazonaws.com/role-arn), or associate it by Pod Identity, and let the role trust it")
}

// promised says whether EKS has told the pod where its identity comes from:
// by IRSA or by Pod Identity.
func promised() bool {
	return os.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE") != "" || os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != ""
}

// Principal is the role of IRSA, or whom STS takes the credentials for. A
// store at a private endpoint is not AWS: then STS is asked only where it has
// one too.
func (s *Source) Principal(ctx context.Context) string {
	if role := os.Getenv("AWS_ROLE_ARN"); role != "" {
		return role
	}
	if private() && os.Getenv("AWS_ENDPOINT_URL_STS") == "" && os.Getenv("AWS_ENDPOINT_URL") == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	caller, err := sts.NewFromConfig(s.config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return ""
	}
	return aws.ToString(caller.Arn)
}

// moment is how long a message may wait for the principal's name.
const moment = 2 * time.Second
