package planreport

import (
	"fmt"
	"html"
	"strings"
)

// Marker is the first line of a comment. The workflow finds the comment to renew by it.
const Marker = "<!-- modelferry: plan of this pull request -->"

// CommentLimit is the longest comment that GitHub accepts, in characters. Bytes are counted here: there are at least as
// many.
// https://docs.github.com/en/rest/issues/comments
const CommentLimit = 65536

// listLimit is the number of destructive changes that are listed.
const listLimit = 30

// Comment returns one comment with the reports of several stacks. It is also the summary of a job.
func Comment(reports ...Report) string {
	var b strings.Builder
	b.WriteString(Marker + "\n")
	for i, report := range reports {
		// Space that a report does not use is available to the next ones.
		limit := (CommentLimit - b.Len()) / (len(reports) - i)
		b.WriteString("\n" + report.Markdown(limit-1))
	}
	return b.String()
}

// Markdown returns the report for GitHub, of at most limit bytes: sections that do not fit are counted at the end. Text
// of the change is in code only, where it cannot be Markdown or HTML and mentions nobody.
func (r Report) Markdown(limit int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %s\n", r.heading(code))
	r.writeDestructive(&b)
	if len(r.Warnings) > 0 {
		content := strings.Join(mapStrings(r.Warnings, printable), "\n")
		if block := "\n> [!WARNING]\n" + quote("Warnings of the program:\n\n"+fenced("text", content)); b.Len()+len(block) < limit/2 {
			b.WriteString(block)
		}
	}
	const reserve = 300 // for the note
	var omitted int
	for _, section := range r.Sections {
		block := section.markdown()
		if b.Len()+len(block) > limit-reserve {
			omitted++
			continue
		}
		b.WriteString(block)
	}
	if omitted > 0 {
		fmt.Fprintf(&b, "\n_%d of %d sections are too long for this page: see the log of the job, or run_ "+
			"`make preview BASE=origin/main STACK=%s`\n", omitted, len(r.Sections), stackName(r.Stack))
	}
	return b.String()
}

func (r Report) writeDestructive(b *strings.Builder) {
	destructive := r.Destructive()
	if len(destructive) == 0 {
		return
	}
	fmt.Fprintf(b, "\n> [!CAUTION]\n> **%s**\n>\n", capitalize(destructionNotice(r.Blocked()))+".")
	for _, change := range destructive[:min(len(destructive), listLimit)] {
		fmt.Fprintf(b, "> - %s: %s\n", change.Op, code(change.String()))
		for _, value := range change.reasons() {
			fmt.Fprintf(b, ">   - %s\n", code(value.text(false)))
		}
	}
	if rest := len(destructive) - listLimit; rest > 0 {
		fmt.Fprintf(b, "> - and %d more\n", rest)
	}
	if r.Blocked() {
		b.WriteString(">\n> A maintainer allows it with the label `allow-destructive`.\n")
	}
}

// diffMarks are the characters that color a line of a diff: green, orange, red.
var diffMarks = map[Op]string{Created: "+", Changed: "!", Replaced: "!", Deleted: "-", "": " "}

func (s Section) markdown() string {
	var content strings.Builder
	for _, line := range s.lines() {
		fmt.Fprintf(&content, "%s %s\n", diffMarks[line.op], strings.TrimPrefix(string(line.op)+" "+line.text, " "))
	}
	// GitHub reads an HTML block until the first empty line.
	return fmt.Sprintf("\n<details open><summary><b><code>%s</code></b>: %s</summary>\n\n%s\n</details>\n",
		html.EscapeString(printable(s.Name)), counts(s), fenced("diff", strings.TrimSuffix(content.String(), "\n")))
}

// fenced returns a code block. Its fence is longer than any run of backticks in the content.
// https://spec.commonmark.org/0.31.2/#fenced-code-blocks
func fenced(language, content string) string {
	fence := strings.Repeat("`", max(3, longestRun(content)+1))
	return fence + language + "\n" + content + "\n" + fence + "\n"
}

// code returns a code span.
// https://spec.commonmark.org/0.31.2/#code-spans
func code(text string) string {
	text = printable(text)
	fence := strings.Repeat("`", longestRun(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || text == "" {
		text = " " + text + " "
	}
	return fence + text + fence
}

// longestRun returns the length of the longest run of backticks.
func longestRun(text string) int {
	longest, run := 0, 0
	for _, r := range text {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

func quote(text string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return "> " + strings.Join(lines, "\n> ") + "\n"
}

func capitalize(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

func mapStrings(list []string, f func(string) string) []string {
	mapped := make([]string, 0, len(list))
	for _, text := range list {
		mapped = append(mapped, f(text))
	}
	return mapped
}

// stackName returns the name of a stack for a command, without what a shell would interpret.
func stackName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, name)
}
