// Package eksidentity is how pods get their roles on the local cloud, in the parts that EKS and AWS have: a webhook
// that hands a pod a token, and what takes the token for credentials when the role's trust policy says so: the
// token service for IAM roles for service accounts, the node's agent for Pod Identity.
package eksidentity

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Claims are what a verified token says of its bearer.
type Claims struct {
	Issuer   string   // URL
	Subject  string   // system:serviceaccount:NAMESPACE:NAME
	Audience []string // to whom the token is made out
}

// trustPolicy is the part of a policy document that a trust policy has.
type trustPolicy struct {
	Statement statementList
}

type trustStatement struct {
	Effect    string
	Principal principal
	Action    stringList
	Condition map[string]map[string]stringList
}

// principal is {"Federated": ARN}, {"Service": …}, or the text "*".
type principal struct{ Federated, Service, AWS stringList }

func (p *principal) UnmarshalJSON(content []byte) error {
	var wildcard string
	if json.Unmarshal(content, &wildcard) == nil {
		*p = principal{AWS: stringList{wildcard}}
		return nil
	}
	type plain principal
	return json.Unmarshal(content, (*plain)(p))
}

type stringList []string

func (l *stringList) UnmarshalJSON(content []byte) error {
	var one string
	if json.Unmarshal(content, &one) == nil {
		*l = stringList{one}
		return nil
	}
	return json.Unmarshal(content, (*[]string)(l))
}

type statementList []trustStatement

func (s *statementList) UnmarshalJSON(content []byte) error {
	var one trustStatement
	if json.Unmarshal(content, &one) == nil {
		*s = statementList{one}
		return nil
	}
	return json.Unmarshal(content, (*[]trustStatement)(s))
}

// errNotAuthorized is the answer of a trust policy that was read and says no.
var errNotAuthorized = errors.New("the role's trust policy does not allow it")

// assumeRequest is one try to assume a role.
type assumeRequest struct {
	principalName    string               // stands in the reason
	matchesPrincipal func(principal) bool // whether a statement's principal is meant
	action           string
	contextValues    func(key string) ([]string, bool) // what a condition key stands for; false when it is nothing here
}

// CheckIRSATrust says whether a role's trust policy lets the bearer of the claims assume it: nil when it does, an
// error with the reason when it does not. provider is the ARN of the identity provider that vouches for the
// issuer. As in AWS, a Deny that applies wins, and a condition that is not understood never holds.
func CheckIRSATrust(policy []byte, provider string, claims Claims) error {
	return assumeRequest{
		principalName: provider, action: "sts:AssumeRoleWithWebIdentity", contextValues: claims.contextValues,
		matchesPrincipal: func(p principal) bool { return slices.Contains(p.Federated, provider) },
	}.evaluate(policy)
}

// CheckPodIdentityTrust says the same of EKS, which assumes a role for a pod with tags that say whose it is: it has to
// be let assume the role and tag the session.
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

func (a assumeRequest) evaluate(policy []byte) error {
	var document trustPolicy
	if err := json.Unmarshal(policy, &document); err != nil {
		return fmt.Errorf("trust policy: %w", err)
	}
	reason := fmt.Errorf("no statement is about %s for %s", a.action, a.principalName)
	allowed := false
	for _, s := range document.Statement {
		if !a.matchesPrincipal(s.Principal) || !matchesAction(s.Action, a.action) {
			continue
		}
		unmet := s.checkConditions(a.contextValues)
		switch {
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

func matchesAction(actions []string, action string) bool {
	for _, pattern := range actions {
		if match, err := path.Match(pattern, action); err == nil && match {
			return true
		}
	}
	return false
}

// checkConditions is the first condition that the values do not meet, nil when they meet all.
func (s trustStatement) checkConditions(of func(key string) ([]string, bool)) error {
	for operator, keys := range s.Condition {
		for key, wanted := range keys {
			values, known := of(key)
			if !known {
				return fmt.Errorf("condition key %q is not one of this attempt", key)
			}
			holds, err := evaluateCondition(operator, values, wanted)
			if err != nil {
				return fmt.Errorf("condition %s: %w", key, err)
			}
			if !holds {
				return fmt.Errorf("%s %s: it has %s, the policy wants %s",
					operator, key, strings.Join(values, ", "), strings.Join(wanted, ", "))
			}
		}
	}
	return nil
}

// contextValues are what a condition key stands for: the issuer without its scheme, a colon, and the claim.
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
