package planreport

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// maxValues limits the lines of a change. JSON has all.
const maxValues = 40

// line is a line about a section. Op is that of the change that it begins, or empty.
type line struct {
	op   Op
	text string
}

func (s Section) lines() []line {
	var lines []line
	for _, setting := range s.Settings {
		for _, text := range setting.lines() {
			lines = append(lines, line{text: text})
		}
	}
	var moved []string
	for _, change := range s.Changes {
		if change.Moved && len(change.Values) == 0 {
			moved = append(moved, change.String())
			continue
		}
		lines = append(lines, line{op: change.Op, text: change.String()})
		values := change.Values[:min(len(change.Values), maxValues)]
		for _, value := range values {
			for _, text := range value.lines(change.Op == Created) {
				lines = append(lines, line{text: "    " + text})
			}
		}
		if rest := len(change.Values) - len(values); rest > 0 {
			lines = append(lines, line{text: fmt.Sprintf("    and %d more", rest)})
		}
	}
	if len(moved) > 0 {
		lines = append(lines, line{op: Replaced, text: "created again in the other cluster:"})
		for _, text := range wrapped(moved) {
			lines = append(lines, line{text: "    " + text})
		}
	}
	return lines
}

// lineWidth is the length at which a list or a value continues on the next line.
const lineWidth = 100

// wrapped returns a list in lines.
func wrapped(items []string) []string {
	lines := []string{items[0]}
	for _, item := range items[1:] {
		last := &lines[len(lines)-1]
		*last += ","
		if len(*last)+len(item) < lineWidth {
			*last += " " + item
		} else {
			lines = append(lines, item)
		}
	}
	return lines
}

// lines returns, for example, "model: sha256 ab12 -> cd34, size 4.1 MB -> 4.3 MB".
func (s Setting) lines() []string {
	if s.Name == "" && len(s.Values) == 1 {
		return s.Values[0].lines(false)
	}
	added := !slices.ContainsFunc(s.Values, func(v Value) bool { return v.Old != "" })
	var parts []string
	for _, value := range s.Values {
		parts = append(parts, printable(value.Path)+" "+value.change(added))
	}
	lines := wrapped(parts)
	for i := range lines {
		if i == 0 {
			lines[i] = printable(s.Name) + ": " + lines[i]
		} else {
			lines[i] = "    " + lines[i]
		}
	}
	return lines
}

// String returns, for example, "Cluster modelferry (refused: it is protected)".
func (c Change) String() string {
	text := printable(c.Kind) + " " + printable(c.Name)
	switch {
	case c.Protected:
		text += " (refused: it is protected)"
	case c.Retained && c.Op == Deleted:
		text += " (no longer in the stack, stays in the cloud)"
	case c.Retained && c.Op == Replaced:
		text += " (a new one is created, the old one stays in the cloud)"
	}
	return text
}

// text returns a line about the value. All values of what is new are added.
func (v Value) text(added bool) string {
	return printable(v.Path) + ": " + v.change(added) + v.notes()
}

func (v Value) notes() string {
	text := ""
	if v.Generated {
		text += " (generated name)"
	}
	if v.Replaces {
		text += " (requires the replacement)"
	}
	return text
}

// lines is text in lines that are short enough to be read, if possible.
func (v Value) lines(added bool) []string {
	text := v.text(added)
	if len(text) <= lineWidth || v.Old == "" || v.New == "" {
		return []string{text}
	}
	return []string{printable(v.Path) + ":", "       " + printable(v.Old), "    -> " + printable(v.New) + v.notes()}
}

func (v Value) change(added bool) string {
	switch {
	case added:
		return printable(v.New)
	case v.Old == "":
		return "(not set) -> " + printable(v.New)
	case v.New == "":
		return printable(v.Old) + " -> (removed)"
	default:
		return printable(v.Old) + " -> " + printable(v.New)
	}
}

// printable escapes the characters that would break a line, hide text or change its direction.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != ' ' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)) {
			return '\uFFFD'
		}
		return r
	}, text)
}
