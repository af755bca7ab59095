package main

import (
	"regexp"
	"strings"
	"unicode"
)

// maxComment is below the 65536 characters that GitHub accepts in a comment or an issue.
const maxComment = 60000

var backticks = regexp.MustCompile("`+")

// fenced returns text as a code block. Nothing in it can end the block, so that GitHub renders no link, image, mention
// or reference of it. A longer text is cut after a line.
func fenced(text string, limit int) string {
	text = printable(text)
	longest := 2
	for _, run := range backticks.FindAllString(text, -1) {
		longest = max(longest, len(run))
	}
	text, cut := head(text, limit-2*longest-32)
	if cut {
		text += "\n… (cut)"
	}
	fence := strings.Repeat("`", longest+1)
	return fence + "text\n" + text + "\n" + fence + "\n"
}

// printable returns text without control and formatting characters, such as those that change the direction of text.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r)) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// head returns whole lines of text, at most limit bytes, and whether there was more.
func head(text string, limit int) (string, bool) {
	text = strings.TrimRight(text, "\n")
	if len(text) <= limit {
		return text, false
	}
	text = strings.ToValidUTF8(text[:max(limit, 0)], "")
	if end := strings.LastIndexByte(text, '\n'); end > 0 {
		text = text[:end]
	}
	return text, true
}
