package trustpolicy

import (
	"fmt"
	"strings"

	"github.com/modelferry/modelferry/local/internal/iampolicy"
)

// conditionOperator is a condition operator that the evaluator supports.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
type conditionOperator struct {
	match func(pattern, value string) bool
	// allValues is whether every value of the request has to match, and not any of them.
	allValues bool
}

// parseOperator returns an error for an operator that the evaluator does not support, such as StringNotEquals.
func parseOperator(name string) (conditionOperator, error) {
	var operator conditionOperator
	base := strings.TrimPrefix(name, "ForAnyValue:")
	if all, ok := strings.CutPrefix(name, "ForAllValues:"); ok {
		base, operator.allValues = all, true
	}
	switch base {
	case "StringEquals":
		operator.match = func(pattern, value string) bool { return pattern == value }
	case "StringLike":
		operator.match = iampolicy.Match
	default:
		return operator, fmt.Errorf("unsupported operator %s", name)
	}
	return operator, nil
}

// evaluate reports whether the request's values match the policy's. Without values, an operator with ForAllValues is
// met, and any other is not.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
func (o conditionOperator) evaluate(values, patterns []string) bool {
	for _, value := range values {
		matches := false
		for _, pattern := range patterns {
			matches = matches || o.match(pattern, value)
		}
		if matches != o.allValues {
			return matches
		}
	}
	return o.allValues
}
