package eksidentity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider/aws"
	"github.com/modelferry/modelferry/local/internal/secrets"
)

// Session is what assuming a role yields.
type Session struct {
	Credentials secrets.StoreAccount
	RoleARN     string
	RoleID      string // unique id
	Claims      Claims
}

// apiError is an answer that AWS's clients understand: its code says whether to try again.
type apiError struct {
	status int
	code   string
	reason error
}

func (r *apiError) Error() string { return r.code + ": " + r.reason.Error() }
func (r *apiError) Unwrap() error { return r.reason }

func newAPIError(status int, code, format string, args ...any) error {
	return &apiError{status, code, fmt.Errorf(format, args...)}
}

// assumeRoleWithWebIdentity verifies the token and asks the role's trust policy. Roles and identity providers are
// those on record in the stack's folder, so that what the program declared is what counts.
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
	provider, err := oidcProviderFor(cloud, claims)
	if err != nil {
		return Session{}, err
	}
	return newSession(dir, cloud, roleARN, claims, func(policy []byte) error { return CheckIRSATrust(policy, provider, claims) })
}

// newSession makes a session of a role, when its trust policy allows it.
func newSession(dir string, cloud *cloudstate.Cloud, roleARN string, claims Claims, trusts func(policy []byte) error) (Session, error) {
	for _, role := range cloud.OfType(aws.RoleType) {
		if role.Outputs["arn"] != roleARN {
			continue
		}
		if err := trusts(trustPolicyOf(role)); err != nil {
			return Session{}, newAPIError(403, "AccessDenied", "%s may not assume %s: %w", claims.Subject, roleARN, err)
		}
		root, err := secrets.ReadStoreAccount(dir)
		if err != nil {
			return Session{}, err
		}
		id, _ := role.Outputs["uniqueId"].(string)
		return Session{Credentials: aws.RoleCredentials(root, id), RoleARN: roleARN, RoleID: id, Claims: claims}, nil
	}
	// AWS does not tell apart a role that is not there and one that one may not have.
	return Session{}, newAPIError(403, "AccessDenied", "%s may not assume %s: there is no such role", claims.Subject, roleARN)
}

// oidcProviderFor is the ARN of the identity provider that stands for the token's issuer and audience.
func oidcProviderFor(cloud *cloudstate.Cloud, claims Claims) (string, error) {
	for _, record := range cloud.OfType(aws.OIDCProviderType) {
		url, _ := record.Inputs["url"].(string)
		if strings.TrimPrefix(url, "https://") != strings.TrimPrefix(claims.Issuer, "https://") {
			continue
		}
		clients, _ := record.Inputs["clientIdLists"].([]any)
		for _, audience := range claims.Audience {
			if slices.Contains(clients, any(audience)) {
				return record.ID, nil
			}
		}
		return "", newAPIError(400, "InvalidIdentityToken", "incorrect token audience %s", strings.Join(claims.Audience, ", "))
	}
	return "", newAPIError(400, "InvalidIdentityToken", "no OpenID Connect provider for %s: create one", claims.Issuer)
}

// trustPolicyOf is a role's trust policy as JSON; a program may give it as text or as an object.
func trustPolicyOf(role cloudstate.Resource) []byte {
	if text, ok := role.Inputs["assumeRolePolicy"].(string); ok {
		return []byte(text)
	}
	content, _ := json.Marshal(role.Inputs["assumeRolePolicy"]) // came from JSON
	return content
}
