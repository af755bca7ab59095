// Package eksidentity gives pods in the local cloud the credentials of their IAM roles. It has local versions of the
// parts of AWS and EKS that do so: the pod identity webhook, which adds a service account token to pods; STS, which
// exchanges the token for credentials (IAM roles for service accounts); and the agent, which does so for EKS Pod
// Identity. Both evaluate the role's trust policy.
package eksidentity

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Claims are the claims of a verified service account token.
type Claims struct {
	Issuer   string // URL
	Subject  string // system:serviceaccount:NAMESPACE:NAME
	Audience []string
}

// errNotAuthorized is the error of a trust policy that does not allow a request.
var errNotAuthorized = errors.New("the role's trust policy does not allow it")

// assumeRequest is a request to assume a role.
type assumeRequest struct {
	principalName    string               // for error messages
	matchesPrincipal func(principal) bool // reports whether a statement applies to the principal
	action           string
	contextValues    func(key string) ([]string, bool) // returns the values of a condition key, false if it has none
}

// CheckIRSATrust returns nil if a role's trust policy allows AssumeRoleWithWebIdentity with these claims, or else an
// error with the reason. providerARN is the OIDC identity provider of the issuer. As in AWS, a Deny overrides an Allow.
// Conditions with unsupported operators or keys are never met.
func CheckIRSATrust(policy []byte, providerARN string, claims Claims) error {
	return assumeRequest{
		principalName: providerARN, action: "sts:AssumeRoleWithWebIdentity", contextValues: claims.contextValues,
		matchesPrincipal: func(p principal) bool { return slices.Contains(p.Federated, providerARN) },
	}.evaluate(policy)
}

// CheckPodIdentityTrust returns nil if a role's trust policy allows EKS Pod Identity to assume the role and to tag the
// session with these tags, or else an error with the reason.
func CheckPodIdentityTrust(policy []byte, tags map[string]string) error {
	for _, action := range []string{"sts:AssumeRole", "sts:TagSession"} {
		err := assumeRequest{
			principalName: podIdentityService, action: action,
			matchesPrincipal: func(p principal) bool { return slices.Contains(p.Service, podIdentityService) },
			contextValues: func(key string) ([]string, bool) {
				tag, known := tags[strings.TrimPrefix(key, "aws:RequestTag/")]
				return []string{tag}, known && strings.HasPrefix(key, "aws:RequestTag/")
			},
		}.evaluate(policy)
		if err != nil {
			return err
		}
	}
	return nil
}

// evaluate returns nil if the trust policy allows the request, or else an error with the reason.
func (r assumeRequest) evaluate(policy []byte) error {
	var document trustPolicy
	if err := json.Unmarshal(policy, &document); err != nil {
		return fmt.Errorf("trust policy: %w", err)
	}
	reason := fmt.Errorf("no statement applies to action %s of principal %s", r.action, r.principalName)
	allowed := false
	for _, s := range document.Statement {
		if !r.matchesPrincipal(s.Principal) || !matchesAction(s.Action, r.action) {
			continue
		}
		err := s.checkConditions(r.contextValues)
		switch {
		case s.Effect == "Deny" && err == nil:
			return fmt.Errorf("%w: a statement denies it", errNotAuthorized)
		case s.Effect == "Allow" && err == nil:
			allowed = true
		case s.Effect == "Allow":
			reason = err
		}
	}
	if allowed {
		return nil
	}
	return fmt.Errorf("%w: %w", errNotAuthorized, reason)
}

func matchesAction(actions []string, action string) bool {
	for _, pattern := range actions {
		if match, err := path.Match(pattern, action); err == nil && match {
			return true
		}
	}
	return false
}

// checkConditions returns an error for the first condition that is not met.
func (s trustStatement) checkConditions(contextValues func(key string) ([]string, bool)) error {
	for operator, keys := range s.Condition {
		for key, patterns := range keys {
			values, ok := contextValues(key)
			if !ok {
				return fmt.Errorf("condition key %q is not in the request", key)
			}
			met, err := evaluateCondition(operator, values, patterns)
			if err != nil {
				return fmt.Errorf("condition %s: %w", key, err)
			}
			if !met {
				return fmt.Errorf("condition %s %s is not met: the request has %s, the policy requires %s",
					operator, key, strings.Join(values, ", "), strings.Join(patterns, ", "))
			}
		}
	}
	return nil
}

// contextValues returns the values of a condition key, which is the issuer without its scheme, a colon and a claim.
func (c Claims) contextValues(key string) ([]string, bool) {
	switch key {
	case strings.TrimPrefix(c.Issuer, "https://") + ":sub":
		return []string{c.Subject}, true
	case strings.TrimPrefix(c.Issuer, "https://") + ":aud":
		return c.Audience, true
	default:
		return nil, false
	}
}
