package trustpolicy

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/modelferry/modelferry/local/internal/iampolicy"
)

// trustStatement is a statement of a trust policy. It has no resource: that is the role.
type trustStatement struct {
	iampolicy.Statement
	principal principal
}

// principal is {"Federated": ARN}, {"Service": NAME}, {"AWS": ARN} or "*".
type principal struct{ Federated, Service, AWS iampolicy.Strings }

// isEveryone reports whether the principal is "*", or {"AWS": "*"}, which is the same.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
func (p principal) isEveryone() bool { return len(p.AWS) == 1 && p.AWS[0] == "*" }

// parseTrustPolicy returns an error for a policy that the evaluator cannot evaluate as AWS does.
func parseTrustPolicy(content []byte) ([]trustStatement, error) {
	document, err := iampolicy.Parse(string(content))
	if err != nil {
		return nil, err
	}
	var statements []trustStatement
	for _, s := range document.Statement {
		if s.Resource != nil {
			return nil, errors.New("unsupported element Resource: it is the role")
		}
		for operator := range s.Condition {
			if _, err := parseOperator(operator); err != nil {
				return nil, err
			}
		}
		trusted, err := parsePrincipal(s.Principal)
		if err != nil {
			return nil, err
		}
		statements = append(statements, trustStatement{s, trusted})
	}
	return statements, nil
}

func parsePrincipal(value any) (principal, error) {
	if value == "*" {
		return principal{AWS: iampolicy.Strings{"*"}}, nil
	}
	var p principal
	if value == nil {
		return p, errors.New("a statement has no principal")
	}
	content, err := json.Marshal(value)
	if err == nil {
		err = iampolicy.UnmarshalStrict(content, &p)
	}
	if err != nil {
		return p, fmt.Errorf("principal: %w", err)
	}
	return p, nil
}
