package stackfile

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// setMapping returns the content with fields set in the mapping at keys. Only these scalars change. Keys that are
// missing on the way are added.
func setMapping(content []byte, keys []string, fields []field) ([]byte, error) {
	root, err := parseDocument(content)
	if err != nil {
		return nil, err
	}
	way, err := descend(root, keys)
	if err != nil {
		return nil, err
	}
	if len(way) == 0 {
		return nil, fmt.Errorf("missing key %q", keys[0])
	}
	last := way[len(way)-1].value
	if last.Kind != yaml.MappingNode && !isNull(last) {
		return nil, fmt.Errorf("line %d: %s must be a mapping", last.Line, strings.Join(keys[:len(way)], "."))
	}
	if len(way) < len(keys) || len(last.Content) == 0 {
		return addMapping(content, root, way, keys, fields)
	}
	for i := range fields {
		// Every edit moves what follows it, so the document is parsed again.
		if content, err = setField(content, keys, fields, i); err != nil {
			return nil, err
		}
	}
	return content, nil
}

// setField sets or removes one field of a mapping that exists.
func setField(content []byte, keys []string, fields []field, index int) ([]byte, error) {
	root, err := parseDocument(content)
	if err != nil {
		return nil, err
	}
	way, err := descend(root, keys)
	if err != nil {
		return nil, err
	}
	t, mapping, f := newText(content), way[len(way)-1].value, fields[index]
	existing, err := descend(mapping, []string{f.key})
	switch {
	case err != nil:
		return nil, err
	case len(existing) == 0 && f.value == "":
		return content, nil
	case len(existing) == 0:
		return t.addField(mapping, fields[:index], f)
	case f.value == "":
		return t.removeEntry(mapping, existing[0])
	}
	return t.setScalar(existing[0], f)
}

// setScalar replaces the value of an entry, unless it is the same already.
func (t text) setScalar(e entry, f field) ([]byte, error) {
	switch {
	case e.value.Kind != yaml.ScalarNode:
		return nil, fmt.Errorf("line %d: %s must be a single value", e.value.Line, f.key)
	case e.value.Tag == "!!str" && e.value.Value == f.value:
		return t.content, nil
	case isNull(e.value) && e.value.Value == "":
		colon, err := t.colon(e.key)
		if err != nil {
			return nil, err
		}
		return t.replace(colon+1, colon+1, " "+f.scalar()), nil
	}
	begin, end, err := t.span(e.value)
	if err != nil {
		return nil, err
	}
	return t.replace(begin, end, f.restyled(e.value.Style)), nil
}

// colon returns the offset of the colon after a key.
func (t text) colon(key *yaml.Node) (int, error) {
	_, end, err := t.span(key)
	if err != nil {
		return 0, err
	}
	for end < len(t.content) && t.content[end] == ' ' {
		end++
	}
	if end == len(t.content) || t.content[end] != ':' {
		return 0, fmt.Errorf("line %d: the key %q must be followed by a colon on the same line", key.Line, key.Value)
	}
	return end, nil
}

// addField adds a key to a mapping that is not empty: after the last one of the fields before it, or else at the end.
func (t text) addField(mapping *yaml.Node, before []field, f field) ([]byte, error) {
	list := entries(mapping)
	previous := list[len(list)-1]
	for _, field := range slices.Backward(before) {
		if e, ok := find(mapping, field.key); ok {
			previous = e
			break
		}
	}
	_, end, err := t.span(previous.value)
	if err != nil {
		return nil, err
	}
	if isFlow(mapping) {
		key := f.key
		if previous.key.Style == yaml.DoubleQuotedStyle { // as in JSON
			key = doubleQuoted(key)
		}
		return t.replace(end, end, ", "+key+": "+f.scalar()), nil
	}
	indent, err := t.blockIndent(previous.key)
	if err != nil {
		return nil, err
	}
	return t.insertLines(t.lineEnd(end), indent+f.key+": "+f.scalar()+t.lineBreak()), nil
}

// removeEntry removes a key with its value. A comment on the same line goes with it.
func (t text) removeEntry(mapping *yaml.Node, e entry) ([]byte, error) {
	begin, _, err := t.span(e.key)
	if err != nil {
		return nil, err
	}
	colon, err := t.colon(e.key)
	if err != nil {
		return nil, err
	}
	end := colon + 1
	if e.value.Kind != yaml.ScalarNode || e.value.Value != "" || e.value.Style != 0 {
		if _, end, err = t.span(e.value); err != nil {
			return nil, err
		}
	}
	if !isFlow(mapping) {
		if _, err := t.blockIndent(e.key); err != nil {
			return nil, err
		}
		return t.replace(t.lines[t.lineOf(begin)], t.lineEnd(max(begin, end-1)), ""), nil
	}
	before := bytes.TrimRight(t.content[:begin], " \t\r\n")
	if bytes.HasSuffix(before, []byte(",")) {
		before = bytes.TrimRight(before[:len(before)-1], " ")
		return t.replace(len(before), end, ""), nil
	}
	after := t.content[end:]
	rest := bytes.TrimLeft(bytes.TrimPrefix(bytes.TrimLeft(after, " "), []byte(",")), " ")
	return t.replace(begin, end+len(after)-len(rest), ""), nil
}

// blockIndent returns the spaces before a key, which must be the first one on its line.
func (t text) blockIndent(key *yaml.Node) (string, error) {
	begin, _, err := t.span(key)
	if err != nil {
		return "", err
	}
	indent := string(t.content[t.lines[t.lineOf(begin)]:begin])
	if strings.Trim(indent, " ") != "" {
		return "", fmt.Errorf("line %d: the key %q must be the first one on its line", key.Line, key.Value)
	}
	return indent, nil
}
