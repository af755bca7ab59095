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

// taggedCredentials wraps the errors of the credential chain in identityError. Otherwise an error of STS could not be
// distinguished from one of S3, which has the same type.
type taggedCredentials struct{ aws.CredentialsProvider }

type identityError struct{ error }

func (e identityError) Unwrap() error { return e.error }

func (c taggedCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := c.CredentialsProvider.Retrieve(ctx)
	if err != nil {
		return credentials, identityError{err}
	}
	return credentials, nil
}

// classifyCredentialError returns fetcherr.PermissionDenied for a pod without credentials, fetcherr.IdentityNotReady if
// the identity was refused or its token is missing, as both may not have taken effect yet, and a transient error if STS
// did not respond.
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
		WithHint("annotate the pod's service account with its role (eks.amazonaws.com/role-arn), " +
			"or associate it by Pod Identity, and let the role trust it")
}

// identityConfigured reports whether EKS has configured the pod's identity, by IRSA or Pod Identity.
func identityConfigured() bool {
	return os.Getenv("AWS_WEB_IDENTITY_TOKEN_FILE") != "" || os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI") != ""
}

// Principal returns the role of IRSA, or the caller identity of STS. If S3 has a custom endpoint, STS is called only if
// it has one, too.
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

// principalTimeout limits the call of STS, which delays a log message.
const principalTimeout = 2 * time.Second
