// Package suggest finds the name that a misspelt one may stand for.
package suggest

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// maxDistance is the number of edits from which two names have nothing in common.
const maxDistance = 3

// DidYouMean returns `: did you mean "NAME"?` for the candidate closest to a
// name, regardless of case, and "" where no candidate is close.
func DidYouMean(name string, candidates []string) string {
	closest, distance := "", maxDistance
	for _, candidate := range candidates {
		if d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(candidate), nil); d < distance {
			closest, distance = candidate, d
		}
	}
	if closest == "" {
		return ""
	}
	return fmt.Sprintf(": did you mean %q?", closest)
}
