package stacktest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/stretchr/testify/require"
)

// Registration is one resource that the program registered.
type Registration struct {
	// Type is a token such as aws:iam/role:Role, Name the resource's name in Pulumi.
	Type, Name string
	// URN of the resource, and of its parent.
	URN, Parent string
	// Custom is true for a provider's resource and false for a component.
	Custom bool
	// Provider is a reference of the form URN::ID.
	Provider string
	// Dependencies are URNs, from the option dependsOn and from inputs.
	Dependencies []string
	// RetainOnDelete, Protect, IgnoreChanges and the timeouts are resource options.
	RetainOnDelete, Protect      bool
	IgnoreChanges                []string
	CreateTimeout, UpdateTimeout string
	// Aliases are the former URNs of the resource.
	Aliases []string
	// Inputs are JSON values. An input that a preview does not know is Unknown.
	Inputs map[string]any
}

// ProviderURN returns the URN of the provider, which unlike its ID is known in a first preview. It is empty for a
// resource without a provider.
func (r Registration) ProviderURN() string {
	return r.Provider[:max(0, strings.LastIndex(r.Provider, "::"))]
}

// String returns the type and the name, for messages.
func (r Registration) String() string { return r.Type + " " + r.Name }

// Kind returns the last part of the type, for a Kubernetes object its kind.
func (r Registration) Kind() string { return r.Type[strings.LastIndex(r.Type, ":")+1:] }

// Input returns the input at a path such as spec.template.spec.containers[0].name, nil if there is none. A key
// that contains dots has to be the last one, after a slash: metadata.labels/app.kubernetes.io/name.
func (r Registration) Input(path string) any {
	path, last, hasLast := strings.Cut(path, "/")
	var value any = r.Inputs
	for _, key := range strings.FieldsFunc(path, func(c rune) bool { return c == '.' || c == '[' || c == ']' }) {
		value = element(value, key)
	}
	if hasLast {
		value = element(value, last)
	}
	return value
}

// element returns the element of a map or list at a key or index, nil if there is none.
func element(value any, key string) any {
	switch value := value.(type) {
	case map[string]any:
		return value[key]
	case []any:
		var index int
		if _, err := fmt.Sscan(key, &index); err == nil && index < len(value) {
			return value[index]
		}
	}
	return nil
}

// Record is what one run of the program registered.
type Record struct {
	// Registrations have no order, because the program registers resources concurrently.
	Registrations []Registration
	// Warnings that the program logged.
	Warnings []string
	// Preview is true for a first preview, in which computed values are Unknown.
	Preview bool
	// OutputKeys are the sorted paths of the stack's outputs.
	OutputKeys []string
	// Outputs of the stack by key, nil if one of them was unknown.
	Outputs map[string]any
}

// Computed returns Unknown in a preview, and the value in an update. Tests use it for values that the cloud computes.
func (r *Record) Computed(value any) any {
	if r.Preview {
		return Unknown
	}
	return value
}

// ByType returns the registrations of a type, sorted by name. A suffix of the type such as role:Role or Role is
// enough for a custom resource.
func (r *Record) ByType(typ string) []Registration {
	var matches []Registration
	for _, registration := range r.Registrations {
		hasSuffix := strings.HasSuffix(registration.Type, "/"+typ) || strings.HasSuffix(registration.Type, ":"+typ)
		if registration.Type == typ || registration.Custom && hasSuffix {
			matches = append(matches, registration)
		}
	}
	slices.SortFunc(matches, func(a, b Registration) int { return strings.Compare(a.Name, b.Name) })
	return matches
}

// MustGet returns the registration of a type (see ByType) and name. It fails the test unless there is exactly one.
func (r *Record) MustGet(t require.TestingT, typ, name string) Registration {
	matches := slices.DeleteFunc(r.ByType(typ), func(registration Registration) bool { return registration.Name != name })
	require.Len(t, matches, 1, "%s %s", typ, name)
	return matches[0]
}

// ByURN returns the registration of a URN.
func (r *Record) ByURN(urn string) (Registration, bool) {
	i := slices.IndexFunc(r.Registrations, func(registration Registration) bool { return registration.URN == urn })
	if i < 0 {
		return Registration{}, false
	}
	return r.Registrations[i], true
}

// Dependencies returns the URNs of everything that the engine creates before a registration: its dependencies,
// parent and provider, and theirs.
func (r *Record) Dependencies(dependent Registration) map[string]bool {
	dependencies := map[string]bool{}
	var visit func(Registration)
	visit = func(registration Registration) {
		for _, urn := range append([]string{registration.Parent, registration.ProviderURN()}, registration.Dependencies...) {
			if urn == "" || dependencies[urn] {
				continue
			}
			dependencies[urn] = true
			if dependency, ok := r.ByURN(urn); ok {
				visit(dependency)
			}
		}
	}
	visit(dependent)
	return dependencies
}
