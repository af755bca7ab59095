package stackfile

import (
	"fmt"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"
)

// defaultIndent is the indentation of a level where the file shows none.
const defaultIndent = 2

// addMapping adds a mapping with fields at keys. way has the entries that exist.
func addMapping(content []byte, root *yaml.Node, way []entry, keys []string, fields []field) ([]byte, error) {
	t, missing, last := newText(content), keys[len(way):], way[len(way)-1]
	if len(last.value.Content) == 0 {
		return t.fillEmpty(root, way, missing, fields)
	}
	list := entries(last.value)
	previous := list[len(list)-1]
	if isFlow(last.value) {
		end, err := t.flowEnd(previous.value)
		if err != nil {
			return nil, err
		}
		return t.replace(end, end, ", "+flowEntry(missing, fields)), nil
	}
	indent, err := t.blockIndent(list[0].key)
	if err != nil {
		return nil, err
	}
	at := t.blockEnd(previous, len(indent))
	return t.insertLines(at, t.blockEntry(indent, step(root, way), missing, fields)), nil
}

// fillEmpty gives the last entry of way a value, where it is null or {}.
func (t text) fillEmpty(root *yaml.Node, way []entry, missing []string, fields []field) ([]byte, error) {
	e, parent := way[len(way)-1], root
	if len(way) > 1 {
		parent = way[len(way)-2].value
	}
	colon, err := t.colon(e.key)
	if err != nil {
		return nil, err
	}
	end := colon + 1
	switch {
	case e.value.Kind == yaml.MappingNode:
		begin, err := t.offset(e.value.Line, e.value.Column)
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(string(t.content[begin:]), "{}") {
			return nil, fmt.Errorf("line %d: the empty mapping %q must be written as {}", e.value.Line, e.key.Value)
		}
		end = begin + len("{}")
	case e.value.Value != "":
		if _, end, err = t.span(e.value); err != nil {
			return nil, err
		}
	}
	if isFlow(parent) {
		return t.replace(colon+1, end, " {"+flowEntry(missing, fields)+"}"), nil
	}
	indent, err := t.blockIndent(e.key)
	if err != nil {
		return nil, err
	}
	levels := step(root, way[:len(way)-1])
	lines := t.blockEntry(indent+strings.Repeat(" ", levels), levels, missing, fields)
	inserted := newText(t.insertLines(t.lineEnd(colon), lines))
	return inserted.replace(colon+1, end, ""), nil
}

// step returns the indentation of one level, as in the innermost block mappings of way.
func step(root *yaml.Node, way []entry) int {
	levels := defaultIndent
	for _, e := range way {
		if e.value.Kind == yaml.MappingNode && !isFlow(e.value) && len(e.value.Content) > 0 {
			if columns := e.value.Content[0].Column - e.key.Column; columns > 0 {
				levels = columns
			}
		}
	}
	return levels
}

// blockEntry returns the lines of nested mappings, with the fields in the innermost one.
func (t text) blockEntry(indent string, levels int, keys []string, fields []field) string {
	var b strings.Builder
	for _, key := range keys {
		b.WriteString(indent + keyText(key) + ":" + t.lineBreak())
		indent += strings.Repeat(" ", levels)
	}
	for _, f := range fields {
		if f.value != "" {
			b.WriteString(indent + f.key + ": " + f.scalar() + t.lineBreak())
		}
	}
	return b.String()
}

// flowEntry returns nested mappings in flow style, with the fields in the innermost one.
func flowEntry(keys []string, fields []field) string {
	var parts []string
	for _, f := range fields {
		if f.value != "" {
			parts = append(parts, f.key+": "+f.scalar())
		}
	}
	text := strings.Join(parts, ", ")
	for i := len(keys) - 1; i >= 0; i-- {
		text = keyText(keys[i]) + ": {" + text + "}"
	}
	return text
}

// keyText returns a key as it is written in YAML.
func keyText(key string) string {
	if plainKey.MatchString(key) && !reserved.MatchString(key) {
		return key
	}
	return doubleQuoted(key)
}

var (
	plainKey = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*(:[A-Za-z0-9_.-]+)*$`)
	// reserved matches the words that are a boolean or null in YAML 1.1.
	// https://yaml.org/type/bool.html
	reserved = regexp.MustCompile(`^(?i:y|yes|n|no|true|false|on|off|null)$`)
)

// flowEnd returns the offset after a value in a flow mapping.
func (t text) flowEnd(node *yaml.Node) (int, error) {
	if node.Kind == yaml.ScalarNode {
		if isNull(node) && node.Value == "" {
			return 0, fmt.Errorf("line %d: an empty value in {} cannot be edited: write null", node.Line)
		}
		_, end, err := t.span(node)
		return end, err
	}
	begin, err := t.offset(node.Line, node.Column)
	if err != nil {
		return 0, err
	}
	if len(node.Content) > 0 {
		if begin, err = t.flowEnd(node.Content[len(node.Content)-1]); err != nil {
			return 0, err
		}
	}
	// Between the last value and the bracket are spaces, line breaks, a comma and comments.
	for at := begin; at < len(t.content); at++ {
		switch t.content[at] {
		case '#':
			at = t.lineEnd(at) - 1
		case '}', ']':
			return at + 1, nil
		}
	}
	return 0, fmt.Errorf("line %d: a flow mapping has no end", node.Line)
}

// blockEnd returns the offset after the lines of an entry of a block mapping, with the comments that belong to the
// mapping: those that are indented at least as its keys are.
func (t text) blockEnd(e entry, indent int) int {
	index := e.key.Line - 1
	end := index + 1
	for index++; index < len(t.lines); index++ {
		line := t.line(index)
		spaces, empty := indentation(line)
		if empty {
			if len(line) > spaces && line[spaces] == '#' && spaces >= indent {
				end = index + 1
			}
			continue
		}
		// A list may be indented as its key is.
		if spaces < indent || spaces == indent && !strings.HasPrefix(string(line[spaces:]), "- ") {
			break
		}
		end = index + 1
	}
	if end < len(t.lines) {
		return t.lines[end]
	}
	return len(t.content)
}
