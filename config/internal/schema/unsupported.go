package schema

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Unsupported returns an error for each key below a path that is set although the cloud does not support it. A key is
// set if its value is neither the zero value of its type nor an empty list or map.
func Unsupported(value any, fldPath func(name string) *field.Path, cloud string) field.ErrorList {
	return unsupported(reflect.ValueOf(value), fldPath, cloud)
}

func unsupported(value reflect.Value, child func(name string) *field.Path, cloud string) field.ErrorList {
	var errs field.ErrorList
	switch value.Kind() {
	case reflect.Pointer:
		if !value.IsNil() {
			return unsupported(value.Elem(), child, cloud)
		}
	case reflect.Map:
		for _, key := range sortedMapKeys(value) {
			errs = append(errs, unsupported(value.MapIndex(reflect.ValueOf(key)), childOf(child(key)), cloud)...)
		}
	case reflect.Struct:
		for i := range value.NumField() {
			name, clouds := KeyName(value.Type().Field(i)), Clouds(value.Type().Field(i).Tag)
			switch {
			case name == "":
			case clouds == nil || slices.Contains(clouds, cloud):
				errs = append(errs, unsupported(value.Field(i), childOf(child(name)), cloud)...)
			case isSet(value.Field(i)):
				errs = append(errs, field.Forbidden(child(name),
					fmt.Sprintf("only supported on %s, and this stack is on %s: remove it", strings.Join(clouds, " and "), cloud)))
			}
		}
	}
	return errs
}

func childOf(fldPath *field.Path) func(name string) *field.Path {
	return func(name string) *field.Path { return fldPath.Child(name) }
}

// sortedMapKeys returns the keys of a map whose keys are strings.
func sortedMapKeys(value reflect.Value) []string {
	keys := make([]string, 0, value.Len())
	for _, key := range value.MapKeys() {
		keys = append(keys, key.String())
	}
	slices.Sort(keys)
	return keys
}

func isSet(value reflect.Value) bool {
	if value.Kind() == reflect.Slice || value.Kind() == reflect.Map {
		return value.Len() > 0
	}
	return !value.IsZero()
}
