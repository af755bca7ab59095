package provider

import (
	"fmt"

	"github.com/agext/levenshtein"
)

// minSimilarity is the lowest similarity, from 0 to 1, at which a suggestion helps more than it misleads.
const minSimilarity = 0.6

// closestMatch returns the candidate most similar to name, or "" if none is similar enough.
func closestMatch(name string, candidates []string) string {
	best, score := "", minSimilarity
	for _, candidate := range candidates {
		if s := levenshtein.Similarity(name, candidate, nil); s > score {
			best, score = candidate, s
		}
	}
	return best
}

// didYouMean returns a suggestion to append to an error message, or "" if no candidate is similar to name.
func didYouMean(name string, candidates []string) string {
	if match := closestMatch(name, candidates); match != "" {
		return fmt.Sprintf(": did you mean %q?", match)
	}
	return ""
}
