package provider

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Check compares properties with the schema and returns one failure, with its path, for each property that is
// unknown, missing or of the wrong type. The failures name token, a resource type or a function. extraRequired
// are required properties that the schema does not mark as such. Values unknown in a preview are accepted.
func (s Schema) Check(token string, props resource.PropertyMap, extraRequired ...string) []plugin.CheckFailure {
	c := &checker{token: token}
	c.checkObject("", props, s.typ)
	for _, name := range extraRequired {
		if value, ok := props[resource.PropertyKey(name)]; !ok || unwrap(value).IsNull() {
			c.addFailure(name, "missing required property %q", name)
		}
	}
	return c.failures
}

type checker struct {
	token    string
	failures []plugin.CheckFailure
}

func (c *checker) addFailure(path, format string, args ...any) {
	c.failures = append(c.failures, plugin.CheckFailure{
		Property: resource.PropertyKey(path),
		Reason:   c.token + ": " + fmt.Sprintf(format, args...),
	})
}

func (c *checker) checkObject(path string, props resource.PropertyMap, typ reflect.Type) {
	names := Schema{typ}.PropertyNames()
	for _, key := range props.StableKeys() {
		if key == "__defaults" { // bridged providers leave it in imported inputs; it has no meaning here
			continue
		}
		field, ok := propertyField(typ, string(key))
		if !ok {
			keyPath := joinPath(path, string(key))
			c.addFailure(keyPath, "unknown property %q%s", keyPath, didYouMean(string(key), names))
			continue
		}
		c.checkValue(joinPath(path, string(key)), props[key], field.Type)
	}
	for _, name := range names {
		field, _ := propertyField(typ, name)
		if value, ok := props[resource.PropertyKey(name)]; isRequired(field) && (!ok || unwrap(value).IsNull()) {
			c.addFailure(joinPath(path, name), "missing required property %q", joinPath(path, name))
		}
	}
}

func (c *checker) checkValue(path string, value resource.PropertyValue, typ reflect.Type) {
	value = unwrap(value)
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if value.IsNull() || value.IsComputed() || typ.Kind() == reflect.Interface {
		return
	}
	typeMismatch := func(want string) {
		c.addFailure(path, "property %q must be %s, not %s", path, want, describeValue(value))
	}
	is := func(kinds ...reflect.Kind) bool { return slices.Contains(kinds, typ.Kind()) }
	switch {
	case is(reflect.String):
		if !value.IsString() {
			typeMismatch("a string")
		}
	case is(reflect.Bool):
		if !value.IsBool() {
			typeMismatch("a boolean")
		}
	case is(reflect.Int, reflect.Int32, reflect.Int64):
		if !value.IsNumber() || value.NumberValue() != math.Trunc(value.NumberValue()) {
			typeMismatch("an integer")
		}
	case is(reflect.Float32, reflect.Float64):
		if !value.IsNumber() {
			typeMismatch("a number")
		}
	case is(reflect.Slice):
		if !value.IsArray() {
			typeMismatch("a list")
			return
		}
		for i, element := range value.ArrayValue() {
			c.checkValue(fmt.Sprintf("%s[%d]", path, i), element, typ.Elem())
		}
	case is(reflect.Map):
		if !value.IsObject() {
			typeMismatch("a map")
			return
		}
		for _, key := range value.ObjectValue().StableKeys() {
			c.checkValue(joinPath(path, string(key)), value.ObjectValue()[key], typ.Elem())
		}
	case is(reflect.Struct):
		if !value.IsObject() {
			typeMismatch("an object")
			return
		}
		c.checkObject(path, value.ObjectValue(), typ)
	}
}

// describeValue describes a value in a failure. Strings are not shown: they may be secrets.
func describeValue(value resource.PropertyValue) string {
	switch {
	case value.IsBool():
		return fmt.Sprintf("%t", value.BoolValue())
	case value.IsNumber():
		return fmt.Sprintf("%v", value.NumberValue())
	case value.IsString():
		return "a string"
	case value.IsArray():
		return "a list"
	case value.IsObject():
		return "an object"
	default:
		return "a " + value.TypeString()
	}
}

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
