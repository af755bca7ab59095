package source

import (
	"strconv"
	"strings"
	"unicode"
)

// Quote returns a name or a URL for messages: as it is, or quoted as in Go if it has a character that a reader would
// not see or take for another, such as a no-break space or a zero-width joiner.
func Quote(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.Quote(text)
	}
	return text
}
