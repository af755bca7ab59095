package stackfile

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// text is the content of a YAML file, with the byte offset of each line.
type text struct {
	content []byte
	lines   []int
}

// newText finds the lines as yaml.v3 counts them: NEL, LS and PS end a line as well.
// https://github.com/go-yaml/yaml/blob/v3.0.1/yamlprivateh.go
func newText(content []byte) text {
	t := text{content: content, lines: []int{0}}
	if bytes.HasPrefix(content, []byte("\uFEFF")) { // a byte order mark is in no column
		t.lines[0] = len("\uFEFF")
	}
	for i := 0; i < len(content); {
		r, size := utf8.DecodeRune(content[i:])
		i += size
		if r == '\r' && i < len(content) && content[i] == '\n' {
			continue
		}
		switch r {
		case '\n', '\r', '\u0085', '\u2028', '\u2029':
			t.lines = append(t.lines, i)
		}
	}
	return t
}

// offset returns the offset of a line and column of a yaml.Node. Columns are counted in characters.
func (t text) offset(line, column int) (int, error) {
	if line < 1 || line > len(t.lines) {
		return 0, fmt.Errorf("line %d does not exist", line)
	}
	at := t.lines[line-1]
	for range column - 1 {
		if at >= len(t.content) {
			return 0, fmt.Errorf("line %d has no column %d", line, column)
		}
		_, size := utf8.DecodeRune(t.content[at:])
		at += size
	}
	return at, nil
}

// span returns the offsets of the beginning and the end of a scalar's text, with its quotes.
func (t text) span(node *yaml.Node) (begin, end int, err error) {
	begin, err = t.offset(node.Line, node.Column)
	if err != nil {
		return 0, 0, err
	}
	rest := t.content[begin:]
	if node.Style == 0 {
		// A plain scalar has no escapes. On several lines its text differs from its value.
		if !bytes.HasPrefix(rest, []byte(node.Value)) {
			return 0, 0, fmt.Errorf("line %d: a value on several lines cannot be edited: write it on one line", node.Line)
		}
		return begin, begin + len(node.Value), nil
	}
	if length := quotedLength(rest, node.Style); length > 0 {
		return begin, begin + length, nil
	}
	return 0, 0, fmt.Errorf("line %d: a block scalar or a value with a tag cannot be edited: write it in quotes", node.Line)
}

// quotedLength returns the length of the quoted scalar at the beginning of text, with its quotes, or 0 for another
// style.
func quotedLength(text []byte, style yaml.Style) int {
	for i := 1; i < len(text); i++ {
		c := text[i]
		if style == yaml.DoubleQuotedStyle && c == '\\' ||
			style == yaml.SingleQuotedStyle && c == '\'' && bytes.HasPrefix(text[i+1:], []byte("'")) {
			i++ // an escaped character, or two quotes that stand for one
			continue
		}
		if style == yaml.DoubleQuotedStyle && c == '"' || style == yaml.SingleQuotedStyle && c == '\'' {
			return i + 1
		}
	}
	return 0
}

// lineOf returns the index of the line with an offset.
func (t text) lineOf(offset int) int {
	line := 0
	for line+1 < len(t.lines) && t.lines[line+1] <= offset {
		line++
	}
	return line
}

// line returns the text of a line with its line break.
func (t text) line(index int) []byte {
	end := len(t.content)
	if index+1 < len(t.lines) {
		end = t.lines[index+1]
	}
	return t.content[t.lines[index]:end]
}

// lineEnd returns the offset after the line break of the line with an offset.
func (t text) lineEnd(offset int) int {
	index := t.lineOf(offset)
	return t.lines[index] + len(t.line(index))
}

// lineBreak returns the file's line break.
func (t text) lineBreak() string {
	if bytes.Contains(t.content, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

// replace returns the content with replacement between two offsets.
func (t text) replace(begin, end int, replacement string) []byte {
	result := make([]byte, 0, len(t.content)+len(replacement))
	result = append(result, t.content[:begin]...)
	result = append(result, replacement...)
	return append(result, t.content[end:]...)
}

// insertLines inserts whole lines, each with a line break, at the beginning of a line or at the end of the file.
func (t text) insertLines(at int, lines string) []byte {
	if at == len(t.content) && at > 0 && t.content[at-1] != '\n' {
		// The file has no line break at its end, and has none afterwards.
		lines = t.lineBreak() + lines[:len(lines)-len(t.lineBreak())]
	}
	return t.replace(at, at, lines)
}

// indentation returns the number of spaces at the beginning of a line, and whether it is blank or only a comment.
func indentation(line []byte) (spaces int, empty bool) {
	rest := bytes.TrimLeft(line, " ")
	return len(line) - len(rest), len(bytes.TrimSpace(rest)) == 0 || rest[0] == '#'
}
