// Package trustpolicy evaluates the trust policies of IAM roles for pods. It imports little, because a fuzzer compiles
// every package that it reaches for itself.
package trustpolicy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/iampolicy"
)

// PodIdentityService is the service principal of EKS Pod Identity, and the audience of its tokens.
const PodIdentityService = "pods.eks.amazonaws.com"

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
	matchesPrincipal func(principal) bool // reports whether a statement names the principal
	action           string
	// contextValues returns the values of a condition key, without any if the request does not have the key, and false
	// if the evaluator does not know whether AWS's request has it.
	contextValues func(key string) (values []string, known bool)
}

// CheckIRSA returns nil if a role's trust policy allows AssumeRoleWithWebIdentity with these claims, or else an
// error with the reason. providerARN is the OIDC identity provider of the issuer. A Deny overrides an Allow. A policy
// with an element, an operator or a condition key that the evaluator does not know allows nothing.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func CheckIRSA(policy []byte, providerARN string, claims Claims) error {
	return assumeRequest{
		principalName: providerARN, action: "sts:AssumeRoleWithWebIdentity", contextValues: claims.contextValues,
		matchesPrincipal: func(p principal) bool { return slices.Contains(p.Federated, providerARN) },
	}.evaluate(policy)
}

// CheckPodIdentity returns nil if a role's trust policy allows EKS Pod Identity to assume the role and to tag the
// session with these tags, or else an error with the reason.
func CheckPodIdentity(policy []byte, tags map[string]string) error {
	for _, action := range []string{"sts:AssumeRole", "sts:TagSession"} {
		err := assumeRequest{
			principalName: PodIdentityService, action: action,
			matchesPrincipal: func(p principal) bool { return slices.Contains(p.Service, PodIdentityService) },
			contextValues: func(key string) ([]string, bool) {
				const prefix = "aws:RequestTag/"
				if len(key) < len(prefix) || !strings.EqualFold(key[:len(prefix)], prefix) {
					return nil, false
				}
				for tag, value := range tags {
					if strings.EqualFold(tag, key[len(prefix):]) {
						return []string{value}, true
					}
				}
				return nil, true
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
	statements, err := parseTrustPolicy(policy)
	if err != nil {
		return fmt.Errorf("%w: trust policy: %w", errNotAuthorized, err)
	}
	reason := fmt.Errorf("no statement applies to action %s of principal %s", r.action, r.principalName)
	allowed := false
	for _, s := range statements {
		// Everyone may not assume a role by an OIDC provider or a service: that needs their name.
		applies := r.matchesPrincipal(s.principal) || s.Effect == "Deny" && s.principal.isEveryone()
		if !applies || !matchesAction(s.Action, r.action) {
			continue
		}
		unmet, err := s.checkConditions(r.contextValues)
		switch {
		case err != nil:
			return fmt.Errorf("%w: %w", errNotAuthorized, err)
		case s.Effect == "Deny" && unmet == nil:
			return fmt.Errorf("%w: a statement denies it", errNotAuthorized)
		case s.Effect == "Allow" && unmet == nil:
			allowed = true
		case s.Effect == "Allow":
			reason = unmet
		}
	}
	if allowed {
		return nil
	}
	return fmt.Errorf("%w: %w", errNotAuthorized, reason)
}

// matchesAction reports whether an action matches one of the patterns. Their case does not matter.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
func matchesAction(patterns []string, action string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return iampolicy.Match(strings.ToLower(pattern), strings.ToLower(action))
	})
}

// checkConditions returns the first condition that is not met as unmet. err is a condition that cannot be evaluated.
func (s trustStatement) checkConditions(contextValues func(key string) ([]string, bool)) (unmet, err error) {
	for name, keys := range s.Condition {
		operator, err := parseOperator(name)
		if err != nil {
			return nil, err
		}
		for key, patterns := range keys {
			values, known := contextValues(key)
			switch {
			case !known:
				return nil, fmt.Errorf("unsupported condition key %q", key)
			case operator.evaluate(values, patterns):
			case len(values) == 0:
				unmet = fmt.Errorf("condition key %q is not in the request", key)
			default:
				unmet = fmt.Errorf("condition %s %s is not met: the request has %s, the policy requires %s",
					name, key, strings.Join(values, ", "), strings.Join(patterns, ", "))
			}
		}
	}
	return unmet, nil
}

// contextValues returns the values of a condition key, which is an issuer without its scheme, a colon and a claim. A
// request has the keys of its own issuer only. Names of keys are not case-sensitive.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
func (c Claims) contextValues(key string) ([]string, bool) {
	separator := strings.LastIndex(key, ":")
	if separator < 0 {
		return nil, false
	}
	own := strings.EqualFold(key[:separator], strings.TrimPrefix(c.Issuer, "https://"))
	switch claim := strings.ToLower(key[separator+1:]); {
	case claim != "sub" && claim != "aud":
		return nil, false
	case !own:
		return nil, true
	case claim == "sub":
		return []string{c.Subject}, true
	default:
		return c.Audience, true
	}
}
