// Package suggest suggests the right spelling of a misspelt name.
package suggest

import (
	"fmt"
	"strings"

	"github.com/agext/levenshtein"
)

// maxDistance is the edit distance from which a candidate is too different to be suggested.
const maxDistance = 3

// DidYouMean returns `: did you mean "NAME"?` with the candidate closest to a name, regardless of case, or "" if no
// candidate is close.
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
