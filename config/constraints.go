package config

import (
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// sortedKeys returns the sorted keys of a map, so that errors have the same order on every run.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// duplicate is field.Duplicate with a detail.
func duplicate(fldPath *field.Path, value any, detail string) *field.Error {
	err := field.Duplicate(fldPath, value)
	err.Detail = detail
	return err
}

// notFound is field.NotFound with a detail.
func notFound(fldPath *field.Path, value any, detail string) *field.Error {
	err := field.NotFound(fldPath, value)
	err.Detail = detail
	return err
}

// validateUnique checks that no value of a list repeats.
func validateUnique(fldPath *field.Path, values []string) field.ErrorList {
	var errs field.ErrorList
	for i, value := range values {
		if slices.Contains(values[:i], value) {
			errs = append(errs, field.Duplicate(fldPath.Index(i), value))
		}
	}
	return errs
}

func validateSupported[T ~string](fldPath *field.Path, value T, supported []T) field.ErrorList {
	if slices.Contains(supported, value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(fldPath, value, supported)}
}

func validateRequired(fldPath *field.Path, value string) field.ErrorList {
	if value != "" {
		return nil
	}
	return field.ErrorList{field.Required(fldPath, "must be set")}
}

func validateRequiredName(fldPath *field.Path, value string, format nameFormat) field.ErrorList {
	return append(validateRequired(fldPath, value), format.validate(fldPath, value)...)
}

// validateDNSLabel checks the required name of a Kubernetes object (RFC 1123 label).
func validateDNSLabel(fldPath *field.Path, value string) field.ErrorList {
	if value != "" && len(validation.IsDNS1123Label(value)) > 0 {
		return field.ErrorList{field.Invalid(fldPath, value, "must be at most 63 lower case letters, digits and hyphens")}
	}
	return validateRequired(fldPath, value)
}

func validatePrintable(fldPath *field.Path, value string) field.ErrorList {
	if isPrintable(value) {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, value, "must be printable text")}
}

func isPrintable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}
