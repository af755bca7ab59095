package config

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ValidationError has all errors in a config.
type ValidationError struct {
	// Errors sorted by key, without duplicates. The keys are in the syntax of pulumi config set --path, with their
	// namespace: modelferry:releases.bankchurn.image.
	Errors field.ErrorList
}

// NewValidationError returns a *ValidationError with the errors of a list, or nil for an empty list. It sorts the
// errors and removes duplicates.
func NewValidationError(errs field.ErrorList) error {
	if len(errs) == 0 {
		return nil
	}
	sorted := slices.Clone(errs)
	slices.SortStableFunc(sorted, func(a, b *field.Error) int { return strings.Compare(a.Field, b.Field) })
	return &ValidationError{slices.CompactFunc(sorted, func(a, b *field.Error) bool { return a.Error() == b.Error() })}
}

// Error lists the errors, one per line.
func (e *ValidationError) Error() string {
	count := fmt.Sprintf("%d errors", len(e.Errors))
	if len(e.Errors) == 1 {
		count = "1 error"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "invalid configuration (%s), no changes were made:", count)
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

// Path returns the path of one of the project's own keys with its namespace. Path("releases", "bankchurn") returns
// modelferry:releases.bankchurn.
func Path(name string, moreNames ...string) *field.Path {
	return field.NewPath(Namespace+":"+name, moreNames...)
}

// appendIndependent appends the errors of the rules to those of decoding, except errors that only follow from a
// decoding error. A value that was not decoded looks missing to the rules, and so does the object that contains it. If
// that object is a service, its release looks like the release of an unknown service.
func appendIndependent(decodeErrs, ruleErrs field.ErrorList) field.ErrorList {
	errs := slices.Clone(decodeErrs)
	for _, err := range ruleErrs {
		isCause := func(d *field.Error) bool {
			return related(d.Field, err.Field) || related(d.Field, releasedService(err.Field))
		}
		if !slices.ContainsFunc(decodeErrs, isCause) {
			errs = append(errs, err)
		}
	}
	return errs
}

// releasedService returns the path of the service if path is the path of a release, and any other path unchanged.
func releasedService(path string) string {
	name, ok := strings.CutPrefix(path, Path("releases").String()+".")
	if ok && !strings.Contains(name, ".") {
		return Path("services", name).String()
	}
	return path
}

func related(a, b string) bool { return isSubkey(a, b) || isSubkey(b, a) }

// isSubkey reports whether a key is parent itself or below it.
func isSubkey(key, parent string) bool {
	rest, ok := strings.CutPrefix(key, parent)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
