package iampolicy

import "strings"

// Match reports whether text matches a pattern, in which * is any number of characters and ? is one.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
func Match(pattern, text string) bool {
	for _, rest := range Remainders(pattern, text) {
		if strings.Trim(rest, "*") == "" {
			return true
		}
	}
	return false
}

// Remainders returns the patterns that the rest of a text has to match, one of them at least, so that the whole text
// matches pattern. prefix is the beginning of the text.
func Remainders(pattern, prefix string) []string {
	// The positions in the pattern up to which it can match.
	positions := closure(map[int]bool{0: true}, pattern)
	for i := range len(prefix) {
		next := map[int]bool{}
		for p := range positions {
			switch {
			case p == len(pattern):
			case pattern[p] == '*':
				next[p] = true
			case pattern[p] == '?' || pattern[p] == prefix[i]:
				next[p+1] = true
			}
		}
		positions = closure(next, pattern)
	}
	var rest []string
	for p := range len(pattern) + 1 {
		// A position after a * is included in the one before it.
		if positions[p] && (p == 0 || !positions[p-1] || pattern[p-1] != '*') {
			rest = append(rest, pattern[p:])
		}
	}
	return rest
}

// closure adds the positions that are reached because * also matches no character.
func closure(positions map[int]bool, pattern string) map[int]bool {
	for p := range len(pattern) {
		if positions[p] && pattern[p] == '*' {
			positions[p+1] = true
		}
	}
	return positions
}
