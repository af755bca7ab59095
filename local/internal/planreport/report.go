// Package planreport describes what a change does to a stack, and writes it as text, Markdown or JSON. It imports the
// standard library only, so that a job that may write comments compiles it in seconds and runs no code of the change.
package planreport

import (
	"fmt"
	"slices"
	"strings"
)

// Op is what happens to a resource.
type Op string

// Operations, in the order in which they are counted.
const (
	Created  Op = "created"
	Changed  Op = "changed"
	Replaced Op = "replaced"
	Deleted  Op = "deleted"
)

var ops = []Op{Created, Changed, Replaced, Deleted}

// Report is what a change does to a stack.
type Report struct {
	Stack string `json:"stack"`
	// Base is what the stack is compared with, such as "origin/main (3f2a1bc)".
	Base string `json:"base"`
	// Sections are the services in alphabetical order, then the platform. Each has a change.
	Sections []Section `json:"sections"`
	// Unchanged is the number of resources that stay as they are.
	Unchanged int `json:"unchanged"`
	// Warnings of the program that the base does not have.
	Warnings []string `json:"warnings,omitempty"`
	// DestructionAllowed is whether somebody has allowed the destructive changes.
	DestructionAllowed bool `json:"destructionAllowed,omitempty"`
}

// Section is a service, or the platform.
type Section struct {
	Name     string    `json:"name"`
	Settings []Setting `json:"settings,omitempty"`
	Changes  []Change  `json:"changes,omitempty"`
}

// Setting is a part of the configuration that changes: an artifact of a release by its name, or a single key, which has
// no name.
type Setting struct {
	Name   string  `json:"name,omitempty"`
	Values []Value `json:"values"`
}

// Change is a change of a resource.
type Change struct {
	Op   Op     `json:"op"`
	Kind string `json:"kind"` // last part of the type, such as Deployment
	Name string `json:"name"` // in the program
	URN  string `json:"urn"`
	// Destructive is whether the change replaces or deletes a resource whose loss is not repaired by creating it again.
	Destructive bool `json:"destructive,omitempty"`
	// Protected is whether the engine refuses the change, because the resource is protected.
	Protected bool `json:"protected,omitempty"`
	// Retained is whether the old resource stays in the cloud when the stack deletes it.
	Retained bool `json:"retained,omitempty"`
	// Moved is whether the object is replaced only because its cluster is.
	Moved  bool    `json:"moved,omitempty"`
	Values []Value `json:"values,omitempty"`
}

// Value is a property or a key that changes. Old or New is empty if it is not set.
type Value struct {
	Path string `json:"path"`
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
	// Replaces is whether the change of this value requires the replacement.
	Replaces bool `json:"replaces,omitempty"`
	// Generated is whether the engine generates the values, as names with random digits.
	Generated bool `json:"generated,omitempty"`
}

// HasChanges reports whether the change has any effect, on resources or on settings.
func (r Report) HasChanges() bool { return len(r.Sections) > 0 || len(r.Warnings) > 0 }

// Destructive returns the changes that need to be allowed.
func (r Report) Destructive() []Change {
	var changes []Change
	for _, section := range r.Sections {
		for _, change := range section.Changes {
			if change.Destructive {
				changes = append(changes, change)
			}
		}
	}
	return changes
}

// Blocked reports whether there is a destructive change that nobody has allowed.
func (r Report) Blocked() bool { return !r.DestructionAllowed && len(r.Destructive()) > 0 }

// Count returns the number of resources to which op happens.
func (s Section) Count(op Op) int {
	count := 0
	for _, change := range s.Changes {
		if change.Op == op {
			count++
		}
	}
	return count
}

// counts returns, for example, "1 created, 2 changed", or "no resources" if nothing changes.
func counts(sections ...Section) string {
	var parts []string
	for _, op := range ops {
		count := 0
		for _, section := range sections {
			count += section.Count(op)
		}
		if count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count, op))
		}
	}
	if len(parts) == 0 {
		return "no resource changes"
	}
	return strings.Join(parts, ", ")
}

// heading returns the line with the stack and the number of changes. mark escapes the names in it.
func (r Report) heading(mark func(string) string) string {
	stack, base := mark(r.Stack), mark(r.Base)
	if !r.HasChanges() {
		return fmt.Sprintf("%s: no changes compared with %s", stack, base)
	}
	return fmt.Sprintf("%s: %s, %d unchanged, compared with %s", stack, counts(r.Sections...), r.Unchanged, base)
}

// Sort brings sections and changes into the order in which they are shown.
func (r *Report) Sort(last string) {
	slices.SortStableFunc(r.Sections, func(a, b Section) int {
		if (a.Name == last) != (b.Name == last) {
			return map[bool]int{true: 1, false: -1}[a.Name == last]
		}
		return strings.Compare(a.Name, b.Name)
	})
	for _, section := range r.Sections {
		slices.SortStableFunc(section.Changes, func(a, b Change) int {
			if a.Op != b.Op {
				return slices.Index(ops, b.Op) - slices.Index(ops, a.Op) // the most severe first
			}
			return strings.Compare(a.Kind+" "+a.Name+" "+a.URN, b.Kind+" "+b.Name+" "+b.URN)
		})
	}
}
