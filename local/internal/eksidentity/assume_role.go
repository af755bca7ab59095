package eksidentity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/eksidentity/trustpolicy"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// Session is the session of an assumed role.
type Session struct {
	Credentials secrets.StoreAccount
	RoleARN     string
	RoleID      string // unique id
	Claims      trustpolicy.Claims
}

// apiError is an error response of an AWS API. Clients decide by its code whether they retry.
type apiError struct {
	status int
	code   string
	err    error
}

func (e *apiError) Error() string { return e.code + ": " + e.err.Error() }
func (e *apiError) Unwrap() error { return e.err }

func newAPIError(status int, code, format string, args ...any) error {
	return &apiError{status, code, fmt.Errorf(format, args...)}
}

// assumeRoleWithWebIdentity verifies the token and checks the role's trust policy. Roles and identity providers are
// those that the program has created in the stack in dir.
func assumeRoleWithWebIdentity(ctx context.Context, dir string, verifier *Verifier, roleARN, token string) (Session, error) {
	claims, err := verifier.Verify(ctx, token)
	if errors.Is(err, errTokenExpired) {
		return Session{}, newAPIError(400, "ExpiredTokenException", "%w", err)
	}
	if err != nil {
		return Session{}, newAPIError(400, "InvalidIdentityToken", "%w", err)
	}
	cloud, err := cloudstate.Load(dir)
	if err != nil {
		return Session{}, err
	}
	cloud = cloud.Propagated()
	providerARN, err := oidcProviderFor(cloud, claims)
	if err != nil {
		return Session{}, err
	}
	return newSession(dir, cloud, roleARN, claims, func(policy []byte) error { return trustpolicy.CheckIRSA(policy, providerARN, claims) })
}

// newSession returns a session of a role, or AccessDenied if authorize returns an error for its trust policy.
func newSession(
	dir string, cloud *cloudstate.Cloud, roleARN string, claims trustpolicy.Claims, authorize func(policy []byte) error,
) (Session, error) {
	for _, role := range cloud.OfType(aws.RoleType) {
		if role.Outputs["arn"] != roleARN {
			continue
		}
		if err := authorize(trustPolicyOf(role)); err != nil {
			return Session{}, newAPIError(403, "AccessDenied", "%s may not assume %s: %w", claims.Subject, roleARN, err)
		}
		root, err := secrets.ReadStoreAccount(dir)
		if err != nil {
			return Session{}, err
		}
		id, _ := role.Outputs["uniqueId"].(string)
		return Session{Credentials: aws.RoleCredentials(root, id), RoleARN: roleARN, RoleID: id, Claims: claims}, nil
	}
	// As in AWS, the code is the same as for a role that may not be assumed.
	return Session{}, newAPIError(403, "AccessDenied", "%s may not assume %s: the role does not exist", claims.Subject, roleARN)
}

// oidcProviderFor returns the ARN of the OIDC identity provider for the token's issuer and audience.
func oidcProviderFor(cloud *cloudstate.Cloud, claims trustpolicy.Claims) (string, error) {
	for _, record := range cloud.OfType(aws.OIDCProviderType) {
		url, _ := record.Inputs["url"].(string)
		if strings.TrimPrefix(url, "https://") != strings.TrimPrefix(claims.Issuer, "https://") {
			continue
		}
		clientIDs, _ := record.Inputs["clientIdLists"].([]any)
		for _, audience := range claims.Audience {
			if slices.Contains(clientIDs, any(audience)) {
				return record.ID, nil
			}
		}
		return "", newAPIError(
			400,
			"InvalidIdentityToken",
			"invalid token audience %s: must be in the clientIdLists of the OIDC provider",
			strings.Join(claims.Audience, ", "),
		)
	}
	return "", newAPIError(400, "InvalidIdentityToken", "no OpenID Connect provider for %s: create one", claims.Issuer)
}

// trustPolicyOf returns a role's trust policy, which may be JSON text or an object, as JSON.
func trustPolicyOf(role cloudstate.Resource) []byte {
	if text, ok := role.Inputs["assumeRolePolicy"].(string); ok {
		return []byte(text)
	}
	content, _ := json.Marshal(role.Inputs["assumeRolePolicy"]) // it was decoded from JSON
	return content
}
