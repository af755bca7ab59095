package provider

import (
	"fmt"
	"reflect"
	"sort"
)

// Schema holds the names, types and nesting of the properties of a resource or a function, and which of them are
// required. It is read by reflection from the Go SDK that the program uses, so the two cannot disagree.
type Schema struct{ typ reflect.Type }

// elementTyper is implemented by the SDK's Args and State types. ElementType returns the plain struct whose
// fields have the `pulumi:"name"` tags.
type elementTyper interface{ ElementType() reflect.Type }

// SchemaOf returns the schema of a sample value: an Args or State of the SDK (storage.BucketArgs{}), or the
// arguments or result of a function (container.LookupClusterArgs{}); nil has no properties. It panics on any other
// type: the samples are constants of the program.
func SchemaOf(sample any) Schema {
	if sample == nil {
		return Schema{reflect.TypeFor[struct{}]()}
	}
	typ := reflect.TypeOf(sample)
	if args, ok := sample.(elementTyper); ok {
		typ = args.ElementType()
	}
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		panic(fmt.Sprintf("provider: %T is not an Args or State type of a Pulumi SDK", sample))
	}
	return Schema{typ}
}

// PropertyNames returns the sorted names of the top-level properties.
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

// HasProperty reports whether there is a top-level property with this name.
func (s Schema) HasProperty(name string) bool {
	_, ok := propertyField(s.typ, name)
	return ok
}

// PropertyType returns the Go type of a top-level property, or nil if it does not exist.
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

// isRequired reports whether a field's type shows that it is required. Optional scalars and objects are pointers
// in the SDK. Required and optional slices, maps and interfaces have the same type: see Resource.RequiredInputs.
func isRequired(field reflect.StructField) bool {
	switch field.Type.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return false
	default:
		return true
	}
}
