// Package identity is IAM roles for service accounts on the local cloud, in the parts that EKS and AWS have: a
// webhook that hands a pod its role and a token, and a token service that takes the token for credentials
// when the role's trust policy says so.
package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// action is the only one that a web identity can be trusted with.
const action = "sts:AssumeRoleWithWebIdentity"

// Claims are what a verified token says of its bearer.
type Claims struct {
	Issuer   string   // URL
	Subject  string   // system:serviceaccount:NAMESPACE:NAME
	Audience []string // to whom the token is made out
}

// trustPolicy is the part of a policy document that a trust policy has.
type trustPolicy struct {
	Statement statements
}

type trustStatement struct {
	Effect    string
	Principal principal
	Action    oneOrMore
	Condition map[string]map[string]oneOrMore
}

// principal is {"Federated": ARN}, {"Service": …}, or the text "*".
type principal struct{ Federated, Service, AWS oneOrMore }

func (p *principal) UnmarshalJSON(content []byte) error {
	var everyone string
	if json.Unmarshal(content, &everyone) == nil {
		*p = principal{AWS: oneOrMore{everyone}}
		return nil
	}
	type plain principal
	return json.Unmarshal(content, (*plain)(p))
}

type oneOrMore []string

func (l *oneOrMore) UnmarshalJSON(content []byte) error {
	var one string
	if json.Unmarshal(content, &one) == nil {
		*l = oneOrMore{one}
		return nil
	}
	return json.Unmarshal(content, (*[]string)(l))
}

type statements []trustStatement

func (s *statements) UnmarshalJSON(content []byte) error {
	var one trustStatement
	if json.Unmarshal(content, &one) == nil {
		*s = statements{one}
		return nil
	}
	return json.Unmarshal(content, (*[]trustStatement)(s))
}

// errNotTrusted is the answer of a trust policy that was read and says no.
var errNotTrusted = errors.New("the role's trust policy does not allow it")

// Trusts says whether a role's trust policy lets the bearer of the claims assume it: nil when it does, an
// error with the reason when it does not. provider is the ARN of the identity provider that vouches for the
// issuer. As in AWS, a Deny that applies wins, and a condition that is not understood never holds.
func Trusts(policy []byte, provider string, claims Claims) error {
	var document trustPolicy
	if err := json.Unmarshal(policy, &document); err != nil {
		return fmt.Errorf("trust policy: %w", err)
	}
	reason := fmt.Errorf("no statement is about %s for %s", action, provider)
	allowed := false
	for _, s := range document.Statement {
		if !slices.Contains(s.Principal.Federated, provider) || !covers(s.Action) {
			continue
		}
		unmet := s.unmet(claims)
		switch {
		case s.Effect == "Deny" && unmet == nil:
			return fmt.Errorf("%w: a statement denies it", errNotTrusted)
		case s.Effect == "Allow" && unmet == nil:
			allowed = true
		case s.Effect == "Allow":
			reason = unmet
		}
	}
	if allowed {
		return nil
	}
	return fmt.Errorf("%w: %w", errNotTrusted, reason)
}

func covers(actions []string) bool {
	for _, pattern := range actions {
		if match, err := path.Match(pattern, action); err == nil && match {
			return true
		}
	}
	return false
}

// unmet is the first condition that the claims do not meet, nil when they meet all.
func (s trustStatement) unmet(claims Claims) error {
	for operator, keys := range s.Condition {
		for key, wanted := range keys {
			values, known := claims.values(key)
			if !known {
				return fmt.Errorf("condition key %q is not one of this token's issuer", key)
			}
			holds, err := compare(operator, values, wanted)
			if err != nil {
				return fmt.Errorf("condition %s: %w", key, err)
			}
			if !holds {
				return fmt.Errorf("%s %s: the token has %s, the policy wants %s",
					operator, key, strings.Join(values, ", "), strings.Join(wanted, ", "))
			}
		}
	}
	return nil
}

// values are what a condition key stands for: the issuer without its scheme, a colon, and the claim.
func (c Claims) values(key string) ([]string, bool) {
	switch key {
	case strings.TrimPrefix(c.Issuer, "https://") + ":sub":
		return []string{c.Subject}, true
	case strings.TrimPrefix(c.Issuer, "https://") + ":aud":
		return c.Audience, true
	default:
		return nil, false
	}
}

// compare holds when any of the token's values fits any of the policy's.
func compare(operator string, values, wanted []string) (bool, error) {
	var fits func(value, pattern string) bool
	switch strings.TrimPrefix(operator, "ForAnyValue:") {
	case "StringEquals":
		fits = func(value, pattern string) bool { return value == pattern }
	case "StringLike":
		fits = like
	default:
		return false, fmt.Errorf("operator %s is not known here", operator)
	}
	for _, value := range values {
		for _, pattern := range wanted {
			if fits(value, pattern) {
				return true, nil
			}
		}
	}
	return false, nil
}

// like matches with * for any run of characters and ? for one.
func like(value, pattern string) bool {
	if pattern == "" {
		return value == ""
	}
	switch pattern[0] {
	case '*':
		for i := 0; i <= len(value); i++ {
			if like(value[i:], pattern[1:]) {
				return true
			}
		}
		return false
	case '?':
		return value != "" && like(value[1:], pattern[1:])
	default:
		return value != "" && value[0] == pattern[0] && like(value[1:], pattern[1:])
	}
}
