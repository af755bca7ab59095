package config

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ValidationError is everything that is wrong with a config.
type ValidationError struct {
	// Errors in the order of their keys, without duplicates. A key is whole, as
	// pulumi config set --path takes it: modelferry:releases.bankchurn.image.
	Errors field.ErrorList
}

// NewValidationError returns an error that holds a list of errors, sorted by
// key and without duplicates. It returns nil for an empty list.
func NewValidationError(errs field.ErrorList) error {
	if len(errs) == 0 {
		return nil
	}
	sorted := slices.Clone(errs)
	slices.SortStableFunc(sorted, func(a, b *field.Error) int { return strings.Compare(a.Field, b.Field) })
	return &ValidationError{slices.CompactFunc(sorted, func(a, b *field.Error) bool { return a.Error() == b.Error() })}
}

// Error lists the errors, one a line.
func (e *ValidationError) Error() string {
	number := fmt.Sprintf("%d errors", len(e.Errors))
	if len(e.Errors) == 1 {
		number = "1 error"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "invalid configuration (%s), no changes were made:", number)
	for _, err := range e.Errors {
		fmt.Fprintf(&b, "\n  %v", err)
	}
	return b.String()
}

// Unwrap returns the errors for errors.As.
func (e *ValidationError) Unwrap() []error {
	errs := make([]error, len(e.Errors))
	for i, err := range e.Errors {
		errs[i] = err
	}
	return errs
}

// Path returns the whole path of one of the project's own keys:
// modelferry:releases.bankchurn for releases, bankchurn.
func Path(name string, moreNames ...string) *field.Path {
	return field.NewPath(Namespace+":"+name, moreNames...)
}

// appendIndependent appends the errors of rules that are not consequences of
// the errors of decoding. A value that could not be decoded also looks
// missing, and so does the object that holds it; a release then looks like one
// of an unknown service.
func appendIndependent(decoding, rules field.ErrorList) field.ErrorList {
	all := slices.Clone(decoding)
	for _, err := range rules {
		cause := func(d *field.Error) bool {
			return related(d.Field, err.Field) || related(d.Field, releasedService(err.Field))
		}
		if !slices.ContainsFunc(decoding, cause) {
			all = append(all, err)
		}
	}
	return all
}

// releasedService returns the path of the service that a whole release is of,
// and every other path as it is.
func releasedService(path string) string {
	name, ok := strings.CutPrefix(path, Path("releases").String()+".")
	if ok && !strings.Contains(name, ".") {
		return Path("services", name).String()
	}
	return path
}

func related(a, b string) bool { return isSubkey(a, b) || isSubkey(b, a) }

// isSubkey reports whether a key is another one, or below it.
func isSubkey(key, parent string) bool {
	rest, ok := strings.CutPrefix(key, parent)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
