package eksidentity

import (
	"fmt"
	"strings"
)

// evaluateCondition holds when any of the attempt's values fits any of the policy's.
func evaluateCondition(operator string, values, wanted []string) (bool, error) {
	var fits func(value, pattern string) bool
	switch strings.TrimPrefix(operator, "ForAnyValue:") {
	case "StringEquals":
		fits = func(value, pattern string) bool { return value == pattern }
	case "StringLike":
		fits = matchWildcard
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

// matchWildcard matches with * for any run of characters and ? for one.
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
