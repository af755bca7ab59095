package provider

import (
	"fmt"
	"reflect"
	"sort"

	"github.com/agext/levenshtein"
)

// Schema is what a type of the Go SDK says about a resource's or a function's properties: their names, how
// they nest, and which are required. It is read by reflection, so that it cannot disagree with the program's
// own idea of the type.
type Schema struct{ typ reflect.Type }

// elementTyper is implemented by the SDK's Args and State types; it leads to the plain struct whose fields
// carry the `pulumi:"name"` tags.
type elementTyper interface{ ElementType() reflect.Type }

// SchemaOf reads the shape of a sample value: an Args or State of the SDK (storage.BucketArgs{}), or the
// plain struct of an invoke (container.LookupClusterArgs{}). It panics on anything else, because the samples
// are compiled in.
func SchemaOf(sample any) Schema {
	if sample == nil {
		return Schema{reflect.TypeFor[struct{}]()}
	}
	typ := reflect.TypeOf(sample)
	if elementTyper, ok := sample.(elementTyper); ok {
		typ = elementTyper.ElementType()
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		panic(fmt.Sprintf("provider: %T is no Args or State of a Pulumi SDK", sample))
	}
	return Schema{typ}
}

// PropertyNames lists the top-level property names, sorted.
func (s Schema) PropertyNames() []string {
	var names []string
	for i := range s.typ.NumField() {
		if name := s.typ.Field(i).Tag.Get("pulumi"); name != "" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// HasProperty says whether there is a top-level property of that name.
func (s Schema) HasProperty(name string) bool {
	_, ok := propertyField(s.typ, name)
	return ok
}

// PropertyType is the Go type of a top-level property, nil for an unknown one.
func (s Schema) PropertyType(name string) reflect.Type {
	field, ok := propertyField(s.typ, name)
	if !ok {
		return nil
	}
	return field.Type
}

func propertyField(typ reflect.Type, name string) (reflect.StructField, bool) {
	for i := range typ.NumField() {
		if field := typ.Field(i); field.Tag.Get("pulumi") == name {
			return field, true
		}
	}
	return reflect.StructField{}, false
}

// isRequired says whether the SDK demands the field. Optional scalars and objects are pointers there; slices,
// maps and interfaces look alike whether required or not, which is why a Resource can name more of them.
func isRequired(field reflect.StructField) bool {
	switch field.Type.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return false
	default:
		return true
	}
}

// closestMatch returns the known name that a person most likely meant, or "" when none is close.
func closestMatch(name string, candidates []string) string {
	best, score := "", 0.6 // below this similarity a suggestion misleads more than it helps
	for _, candidate := range candidates {
		if s := levenshtein.Similarity(name, candidate, nil); s > score {
			best, score = candidate, s
		}
	}
	return best
}

// didYouMean is nearest as a clause to end an error with.
func didYouMean(name string, candidates []string) string {
	if match := closestMatch(name, candidates); match != "" {
		return fmt.Sprintf(": did you mean %q?", match)
	}
	return ""
}
