package decode

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// typeErrors returns one error for each error that mapstructure joined.
func (s Source) typeErrors(err error) field.ErrorList {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var errs field.ErrorList
		for _, inner := range joined.Unwrap() {
			errs = append(errs, s.typeErrors(inner)...)
		}
		return errs
	}
	//nolint:errorlint // errors.As would find only the first of the joined errors
	if decodeErr, ok := err.(*mapstructure.DecodeError); ok {
		if mismatch := (*typeError)(nil); errors.As(decodeErr.Unwrap(), &mismatch) {
			return field.ErrorList{field.TypeInvalid(s.path(decodeErr.Name()), shorten(mismatch.value), mismatch.expected)}
		}
		return field.ErrorList{field.InternalError(s.path(decodeErr.Name()), decodeErr.Unwrap())}
	}
	if inner := errors.Unwrap(err); inner != nil {
		return s.typeErrors(inner)
	}
	return field.ErrorList{field.InternalError(field.NewPath(s.Namespace), err)}
}

// removeNulls deletes the keys below a path that have no value, and returns an error for each: it is unclear whether
// such a key means the default or an empty value.
func removeNulls(fldPath *field.Path, value any) field.ErrorList {
	var errs field.ErrorList
	switch value := value.(type) {
	case map[string]any:
		for _, key := range sortedKeys(value) {
			if value[key] == nil {
				errs = append(errs, field.Required(fldPath.Child(key), "the key has no value: set one, or remove the key"))
				delete(value, key)
			}
			errs = append(errs, removeNulls(fldPath.Child(key), value[key])...)
		}
	case []any:
		for i, element := range value {
			if element == nil {
				errs = append(errs, field.Required(fldPath.Index(i), "the element has no value: set one, or remove it from the list"))
			}
			errs = append(errs, removeNulls(fldPath.Index(i), element)...)
		}
	}
	return errs
}

var mapIndex = regexp.MustCompile(`\[([^]]*[^]\d][^]]*)]`)

// dotted converts a path of mapstructure, releases[bankchurn].image, to releases.bankchurn.image. The index of a list
// keeps its brackets.
func dotted(path string) string {
	return strings.TrimPrefix(mapIndex.ReplaceAllString(path, ".$1"), ".")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
