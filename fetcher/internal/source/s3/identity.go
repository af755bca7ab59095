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

// taggedCredentials marks what goes wrong in the credential chain, so that a refusal by
// STS is not taken for one by S3: both are HTTP answers of the same type.
type taggedCredentials struct{ aws.CredentialsProvider }

type identityError struct{ error }

func (e identityError) Unwrap() error { return e.error }

func (m taggedCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := m.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return credentials, identityError{err}
	}
	return credentials, nil
}

// classifyCredentialError is fetcherr.Denied for a pod that has no identity,
// fetcherr.Unsettled for one whose identity is refused or whose token is not
// there, as both come right a little after they were made, and transient when
// STS could not be asked.
func classifyCredentialError(err error) error {
	var httpErr *awshttp.ResponseError
	var netErr net.Error
	unavailable := false
	switch {
	case errors.As(err, &httpErr):
		status := httpErr.HTTPStatusCode()
		unavailable = status >= 500 || status == http.StatusTooManyRequests
	case errors.As(err, &netErr), errors.Is(err, context.DeadlineExceeded):
		unavailable = true
	}
	if unavailable || errors.Is(err, context.Canceled) {
		return fmt.Errorf("cannot get credentials from the AWS identity service: %w", err)
	}
	kind := fetcherr.PermissionDenied
	if identityConfigured() {
		kind = fetcherr.IdentityNotReady
	}
	return fetcherr.New(kind, "no AWS identity: %w", err).
		WithHint("annotate the pod's service account with its role (eks.amazonaws.com/role-arn), or associate it by Pod Identity, and let the role trust it")
}

// identityConfigured says whether EKS has told the pod where its identity comes from:
// by IRSA or by Pod Identity.
func identityConfigured() bool {
	return os.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE") != "" || os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != ""
}

// Principal is the role of IRSA, or whom STS takes the credentials for. A
// store at a private endpoint is not AWS: then STS is asked only where it has
// one too.
func (s *Source) Principal(ctx context.Context) string {
	if role := os.Getenv("AWS_ROLE_ARN"); role != "" {
		return role
	}
	if usesCustomEndpoint() && os.Getenv("AWS_ENDPOINT_URL_STS") == "" && os.Getenv("AWS_ENDPOINT_URL") == "" {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, principalTimeout)
	defer cancel()
	caller, err := sts.NewFromConfig(s.config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return ""
	}
	return aws.ToString(caller.Arn)
}

// principalTimeout is how long a message may wait for the principal's name.
const principalTimeout = 2 * time.Second
