package config

import (
	"maps"
	"regexp"
	"slices"
	"strconv"

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

// urlPath matches a path, as in RFC 3986, without the delimiters of a query and a fragment.
// https://www.rfc-editor.org/rfc/rfc3986#section-3.3
const urlPath = `/([A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*`

// httpURL matches the URL of a host: a name, an IPv4 address or an IPv6 address in brackets. The third group is the
// port.
var httpURL = regexp.MustCompile(`^https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])(:([0-9]+))?(` + urlPath + `)?$`)

// validateURL checks the URL of an endpoint. Clients append the paths of objects, so it may have no query or fragment.
func validateURL(fldPath *field.Path, value string) field.ErrorList {
	match := httpURL.FindStringSubmatch(value)
	if value == "" || match != nil && (match[3] == "" || isPort(match[3])) {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, value, "must be a URL: https://HOST[:PORT]")}
}

func isPort(text string) bool {
	port, err := strconv.Atoi(text)
	return err == nil && port >= 1 && port <= maxPort
}
