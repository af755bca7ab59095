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

// mergeUnrelated adds the faults that do not follow from one that is there: a
// value that could not be decoded also looks missing, and so does what it is
// in; and a release looks as if it were of no service.
func (f *Faults) mergeUnrelated(others Faults) {
	causes := slices.Clone(*f)
	for _, fault := range others {
		service := fault.Path
		if name, ok := strings.CutPrefix(fault.Path, "releases."); ok && !strings.Contains(name, ".") {
			service = "services." + name
		}
		follows := func(cause Fault) bool {
			return related(cause.Path, fault.Path) || related(cause.Path, service)
		}
		if !slices.ContainsFunc(causes, follows) {
			*f = append(*f, fault)
		}
	}
}

func related(a, b string) bool { return within(a, b) || within(b, a) }

// within tells whether a path is another one, or below it.
func within(path, other string) bool {
	rest, ok := strings.CutPrefix(path, other)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// err returns the faults in order, none twice, or nil when there are none.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	slices.SortStableFunc(f, func(a, b Fault) int { return strings.Compare(a.Path, b.Path) })
	return slices.Compact(f)
}
