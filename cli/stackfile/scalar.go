package stackfile

import (
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// field is a key of an artifact with its value. An empty value means that the key is removed.
type field struct{ key, value string }

// fields returns the keys of an artifact in their usual order.
func (a Artifact) fields() []field {
	return []field{
		{"path", a.Path}, {"sha256", a.SHA256}, {"size", a.Size}, {"unpackedSize", a.UnpackedSize}, {"version", a.Version},
	}
}

// plain matches strings that are the same string in YAML 1.1 and 1.2 without quotes, in block and flow style: object
// paths, and sizes. Words such as yes, and digits, are quoted.
var plain = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9_.-]*[/:@][A-Za-z0-9_./@+-]+(:[A-Za-z0-9_./@+-]+)*|[1-9][0-9]*B)$`)

// quoted has the keys whose values are always quoted: digits would be a number.
var quoted = map[string]bool{"sha256": true, "version": true}

// scalar returns a new scalar for a key.
func (f field) scalar() string {
	if quoted[f.key] || !plain.MatchString(f.value) {
		return doubleQuoted(f.value)
	}
	return f.value
}

// restyled returns the scalar in the style of the value that it replaces, if that is possible.
func (f field) restyled(style yaml.Style) string {
	printable := !strings.ContainsFunc(f.value, func(r rune) bool { return !strconv.IsPrint(r) })
	switch {
	case style == yaml.SingleQuotedStyle && printable:
		return "'" + strings.ReplaceAll(f.value, "'", "''") + "'"
	case style == yaml.DoubleQuotedStyle:
		return doubleQuoted(f.value)
	}
	return f.scalar()
}

// doubleQuoted returns a double quoted scalar. The escapes of JSON are also YAML's.
// https://yaml.org/spec/1.2.2/#57-escaped-characters
func doubleQuoted(value string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range value {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case strconv.IsPrint(r):
			b.WriteRune(r)
		case r <= 0xFFFF:
			b.WriteString(`\u` + hex(r, 4))
		default:
			b.WriteString(`\U` + hex(r, 8))
		}
	}
	b.WriteByte('"')
	return b.String()
}

func hex(r rune, digits int) string {
	text := strconv.FormatInt(int64(r), 16)
	return strings.Repeat("0", digits-len(text)) + text
}
