package planreport

import (
	"fmt"
	"strings"
)

var symbols = map[Op]string{Created: "+", Changed: "~", Replaced: "±", Deleted: "-", "": " "}

// Text returns the report for a terminal. Destructive changes come first.
func (r Report) Text() string {
	var b strings.Builder
	fmt.Fprintln(&b, r.heading(printable))
	if destructive := r.Destructive(); len(destructive) > 0 {
		fmt.Fprintf(&b, "\nWARNING: %s\n", destructionNotice(r.Blocked()))
		for _, change := range destructive {
			fmt.Fprintf(&b, "  %s %s: %s\n", symbols[change.Op], change, change.Op)
			for _, value := range change.reasons() {
				fmt.Fprintf(&b, "        %s\n", value.text(false))
			}
		}
	}
	for _, warning := range r.Warnings {
		fmt.Fprintf(&b, "\nwarning: %s\n", printable(warning))
	}
	for _, section := range r.Sections {
		fmt.Fprintf(&b, "\n%s: %s\n", printable(section.Name), counts(section))
		for _, line := range section.lines() {
			fmt.Fprintf(&b, "  %s %s\n", symbols[line.op], line.text)
		}
	}
	return b.String()
}

// destructionNotice says what the list below it is, and what to do.
func destructionNotice(blocked bool) string {
	const what = "this change replaces or deletes a cluster, a node pool, a bucket or a key"
	if blocked {
		return what + ", which nobody has allowed"
	}
	return what + ", which was allowed"
}

// reasons returns the values that require the replacement.
func (c Change) reasons() []Value {
	var values []Value
	for _, value := range c.Values {
		if value.Replaces {
			values = append(values, value)
		}
	}
	return values
}
