package source

import (
	"strings"
	"unicode/utf8"
)

// maxServerText is the maximum length of a server's text in a message, in bytes.
const maxServerText = 500

// Truncate returns at most the first 500 bytes of a server's text, as valid UTF-8.
func Truncate(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= maxServerText {
		return text
	}
	end := maxServerText
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}
