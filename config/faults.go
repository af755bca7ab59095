package config

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with a config.
type Fault struct {
	// Path of the key, as pulumi config set --path takes it, without the namespace.
	Path string
	// Message says what is wrong, and the way out.
	Message string
}

// Faults is everything that is wrong with a config, in the order of its paths.
type Faults []Fault

// Error lists the faults, one a line, each with the key that it is about.
func (f Faults) Error() string {
	var b strings.Builder
	if len(f) == 1 {
		b.WriteString("1 fault in the stack's config, nothing was changed:")
	} else {
		fmt.Fprintf(&b, "%d faults in the stack's config, nothing was changed:", len(f))
	}
	for _, fault := range f {
		fmt.Fprintf(&b, "\n  %s: %s", qualified(fault.Path), fault.Message)
	}
	return b.String()
}

// qualified puts the project's namespace before a path that has none.
func qualified(path string) string {
	if strings.Contains(path, ":") {
		return path
	}
	return Namespace + ":" + path
}

func (f *Faults) add(path, format string, args ...any) {
	*f = append(*f, Fault{Path: path, Message: fmt.Sprintf(format, args...)})
}

func (f *Faults) merge(others Faults) { *f = append(*f, others...) }

// err returns the faults in order, or nil when there are none. A value that
// could not be decoded also looks missing; only the first of such a pair stays.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b Fault) int { return strings.Compare(a.Path, b.Path) })
	f = slices.CompactFunc(f, func(a, b Fault) bool { return a.Path == b.Path })
	return f
}
