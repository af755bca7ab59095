package s3

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// identityTimeout limits one request to STS or the Pod Identity agent, which the SDK sends up to three times. Both
// respond within a second. Without a limit a server that hangs would hold the credentials of all requests: the SDK
// retrieves them once and does not pass on that the caller has given up.
// https://github.com/aws/aws-sdk-go-v2/blob/v1.48.0/aws/credential_cache.go (suppressedContext)
const identityTimeout = 5 * time.Second

// identityClient returns the HTTP client for STS, with the proxies of the environment.
func identityClient() *awshttp.BuildableClient {
	return newHTTPClient().WithTimeout(identityTimeout)
}

// agentClient returns the HTTP client for the Pod Identity agent. The agent is on the node, so no proxy reaches it.
func agentClient() *awshttp.BuildableClient {
	return identityClient().WithTransportOptions(func(t *http.Transport) { t.Proxy = nil })
}

// taggedCredentials wraps the errors of the credential chain in identityError. Otherwise an error of STS could not be
// distinguished from one of S3, which has the same type.
type taggedCredentials struct{ aws.CredentialsProvider }

type identityError struct{ error }

func (e identityError) Unwrap() error { return e.error }

// errNoKeys is the error of an identity service that responds without credentials.
var errNoKeys = errors.New("the response has no access key")

// Invalidate drops the cached credentials.
func (c taggedCredentials) Invalidate() {
	if cache, ok := c.CredentialsProvider.(interface{ Invalidate() }); ok {
		cache.Invalidate()
	}
}

func (c taggedCredentials) Retrieve(ctx context.Context) (aws.Credentials, error) {
	credentials, err := c.CredentialsProvider.Retrieve(ctx)
	if err == nil && !credentials.HasKeys() {
		err = errNoKeys
	}
	if err != nil {
		return credentials, identityError{err}
	}
	return credentials, nil
}

// identityErrorClasses holds the error codes of STS and the Pod Identity agent that say more than the status. All other
// refusals are a missing identity, or one that has not taken effect yet.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html#API_AssumeRoleWithWebIdentity_Errors
// https://docs.aws.amazon.com/eks/latest/APIReference/API_auth_AssumeRoleForPodIdentity.html#API_auth_AssumeRoleForPodIdentity_Errors
var identityErrorClasses = map[string]errorClass{
	"IDPCommunicationError":       {fetcherr.Transient, ""},
	"RequestLimitExceeded":        {fetcherr.Transient, ""},
	"ServiceUnavailableException": {fetcherr.Transient, ""},
	"Throttling":                  {fetcherr.Transient, ""},
	"ThrottlingException":         {fetcherr.Transient, ""},
	"InvalidClientTokenId":        {fetcherr.PermissionDenied, credentialsHint},
	"SignatureDoesNotMatch":       {fetcherr.PermissionDenied, credentialsHint},
	"RegionDisabledException":     {fetcherr.PermissionDenied, "activate AWS STS in the region, or set another AWS_REGION"},
	"ValidationError":             {fetcherr.InvalidConfig, "check AWS_ROLE_ARN and AWS_ROLE_SESSION_NAME"},
}

// classifyCredentialError returns fetcherr.PermissionDenied for a pod without credentials, fetcherr.IdentityNotReady if
// the identity was refused or its token is missing, as both may not have taken effect yet, fetcherr.InvalidConfig for a
// request that cannot be made, and a transient error if STS did not respond.
func classifyCredentialError(err error) error {
	const unavailable = "cannot get credentials from the AWS identity service"
	if permanent := source.PermanentRequestError(unavailable, err); permanent != nil {
		return permanent
	}
	// The SDK exports no error for it: credentials/endpointcreds, resolveAuthToken.
	if strings.Contains(err.Error(), "authorization token contains invalid newline") {
		return fetcherr.New(fetcherr.InvalidConfig, "%s: %w", unavailable, err).
			WithHint("remove the line break from the file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
	}
	var apiErr smithy.APIError
	class := errorClass{fetcherr.PermissionDenied, "annotate the pod's service account with its role " +
		"(eks.amazonaws.com/role-arn), or associate it by Pod Identity, and let the role trust it"}
	if identityConfigured() {
		class.kind = fetcherr.IdentityNotReady
	}
	if errors.As(err, &apiErr) {
		if known, ok := identityErrorClasses[apiErr.ErrorCode()]; ok {
			class = known
		}
	}
	if class.kind == fetcherr.Transient || isUnavailable(err) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s: %w", unavailable, err)
	}
	return fetcherr.New(class.kind, "no AWS identity: %w", err).WithHint("%s", class.hint)
}

// isUnavailable reports whether the identity service did not respond, or not now.
func isUnavailable(err error) bool {
	var httpErr interface{ HTTPStatusCode() int }
	var netErr net.Error
	if errors.As(err, &httpErr) && httpErr.HTTPStatusCode() != 0 {
		status := httpErr.HTTPStatusCode()
		return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
	}
	return errors.As(err, &netErr) || errors.Is(err, context.DeadlineExceeded)
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
