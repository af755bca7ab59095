package eksidentity

import (
	"fmt"
	"strings"
)

// evaluateCondition reports whether any of the request's values matches any of the policy's.
func evaluateCondition(operator string, values, patterns []string) (bool, error) {
	var match func(value, pattern string) bool
	switch strings.TrimPrefix(operator, "ForAnyValue:") {
	case "StringEquals":
		match = func(value, pattern string) bool { return value == pattern }
	case "StringLike":
		match = matchWildcard
	default:
		return false, fmt.Errorf("unsupported operator %s", operator)
	}
	for _, value := range values {
		for _, pattern := range patterns {
			if match(value, pattern) {
				return true, nil
			}
		}
	}
	return false, nil
}

// matchWildcard reports whether value matches a pattern, in which * is any number of characters and ? is one.
func matchWildcard(value, pattern string) bool {
	if pattern == "" {
		return value == ""
	}
	switch pattern[0] {
	case '*':
		for i := 0; i <= len(value); i++ {
			if matchWildcard(value[i:], pattern[1:]) {
				return true
			}
		}
		return false
	case '?':
		return value != "" && matchWildcard(value[1:], pattern[1:])
	default:
		return value != "" && value[0] == pattern[0] && matchWildcard(value[1:], pattern[1:])
	}
}
