package stacktest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

// Registration is one resource as the program asked for it.
type Registration struct {
	// Type and Name, as in aws:iam/role:Role and bankchurn-predictor.
	Type, Name string
	// URN of the resource, and of its Parent.
	URN, Parent string
	// Custom tells a cloud's resource from a component.
	Custom bool
	// Provider as URN::ID.
	Provider string
	// Dependencies by URN, those that follow from inputs included.
	Dependencies []string
	// RetainOnDelete tells that deleting the resource leaves it behind; Protected that it is refused.
	RetainOnDelete, Protect bool
	// IgnoreChanges, CreateTimeout and UpdateTimeout from the options.
	IgnoreChanges                []string
	CreateTimeout, UpdateTimeout string
	// Inputs as JSON would hold them; what is not known yet is Unknown.
	Inputs map[string]any
}

// ProviderURN is the provider without its ID, which a first preview does not
// know; "" where there is none.
func (r Registration) ProviderURN() string {
	return r.Provider[:max(0, strings.LastIndex(r.Provider, "::"))]
}

// String names the registration in a failed test.
func (r Registration) String() string { return r.Type + " " + r.Name }

// Input returns the input at a path such as spec.template.spec.containers[0].name,
// nil where there is none. A key with dots is written last, after a "/".
func (r Registration) Input(path string) any {
	path, last, hasLast := strings.Cut(path, "/")
	var at any = r.Inputs
	for _, key := range strings.FieldsFunc(path, func(c rune) bool { return c == '.' || c == '[' || c == ']' }) {
		at = element(at, key)
	}
	if hasLast {
		at = element(at, last)
	}
	return at
}

func element(at any, key string) any {
	switch at := at.(type) {
	case map[string]any:
		return at[key]
	case []any:
		var index int
		if _, err := fmt.Sscan(key, &index); err == nil && index < len(at) {
			return at[index]
		}
	}
	return nil
}

// Record is everything that one run of the program registered.
type Record struct {
	// Registrations registrations, in no order: they are made side by side.
	Registrations []Registration
	// Warnings that the program gave.
	Warnings []string
	// Preview tells that the run was one, in which computed values are Unknown.
	Preview bool
	// OutputKeys are the paths of the stack's outputs, sorted.
	OutputKeys []string
	// Outputs of the stack, by key; nil when one of them was unknown.
	Outputs map[string]any
}

// Computed returns what a value that the cloud computes shows as in this run.
func (r *Record) Computed(value any) any {
	if r.Preview {
		return Unknown
	}
	return value
}

// ByType returns the registrations of a type, sorted by name. A cloud's type may
// be cut short from the left: role:Role.
func (r *Record) ByType(typ string) []Registration {
	var found []Registration
	for _, each := range r.Registrations {
		short := each.Custom && (strings.HasSuffix(each.Type, "/"+typ) || strings.HasSuffix(each.Type, ":"+typ))
		if each.Type == typ || short {
			found = append(found, each)
		}
	}
	slices.SortFunc(found, func(a, b Registration) int { return strings.Compare(a.Name, b.Name) })
	return found
}

// MustGet returns the registration of a type and name, and fails the test when
// there is none, or more.
func (r *Record) MustGet(t require.TestingT, typ, name string) Registration {
	var found []Registration
	for _, each := range r.ByType(typ) {
		if each.Name == name {
			found = append(found, each)
		}
	}
	require.Len(t, found, 1, "%s %s", typ, name)
	return found[0]
}

// ByURN returns the registration of a URN.
func (r *Record) ByURN(urn string) (Registration, bool) {
	k := slices.IndexFunc(r.Registrations, func(each Registration) bool { return each.URN == urn })
	if k < 0 {
		return Registration{}, false
	}
	return r.Registrations[k], true
}

// Dependencies lists the URNs of all that the engine makes before a registration:
// what it depends on, its parents and provider, and what those depend on.
func (r *Record) Dependencies(of Registration) map[string]bool {
	before := map[string]bool{}
	var visit func(Registration)
	visit = func(at Registration) {
		for _, urn := range append([]string{at.Parent, at.ProviderURN()}, at.Dependencies...) {
			if urn == "" || before[urn] {
				continue
			}
			before[urn] = true
			if next, ok := r.ByURN(urn); ok {
				visit(next)
			}
		}
	}
	visit(of)
	return before
}
