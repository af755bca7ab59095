package provider

import (
	"fmt"
	"math"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Check compares properties with the shape and returns one failure for every unknown, mistyped or missing
// one, each with its path. owner is the resource type or function in whose name the failure speaks; more
// names required properties that the shape alone cannot tell. Values that a preview does not know yet pass.
func (s Shape) Check(owner string, props resource.PropertyMap, more ...string) []plugin.CheckFailure {
	c := &checker{owner: owner}
	c.object("", props, s.typ)
	for _, name := range more {
		if value, ok := props[resource.PropertyKey(name)]; !ok || bare(value).IsNull() {
			c.fail(name, "missing required property %q", name)
		}
	}
	return c.failures
}

type checker struct {
	owner    string
	failures []plugin.CheckFailure
}

func (c *checker) fail(path, format string, args ...any) {
	c.failures = append(c.failures, plugin.CheckFailure{
		Property: resource.PropertyKey(path),
		Reason:   c.owner + ": " + fmt.Sprintf(format, args...),
	})
}

func (c *checker) object(path string, props resource.PropertyMap, typ reflect.Type) {
	known := Shape{typ}.Names()
	for _, key := range props.StableKeys() {
		if key == "__defaults" { // left in inputs by bridged providers' import; carries nothing
			continue
		}
		field, ok := propertyField(typ, string(key))
		if !ok {
			c.fail(join(path, string(key)), "unknown property %q%s", join(path, string(key)), didYouMean(string(key), known))
			continue
		}
		c.value(join(path, string(key)), props[key], field.Type)
	}
	for _, name := range known {
		field, _ := propertyField(typ, name)
		if value, ok := props[resource.PropertyKey(name)]; required(field) && (!ok || bare(value).IsNull()) {
			c.fail(join(path, name), "missing required property %q", join(path, name))
		}
	}
}

func (c *checker) value(path string, value resource.PropertyValue, typ reflect.Type) {
	value = bare(value)
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if value.IsNull() || value.IsComputed() || typ.Kind() == reflect.Interface {
		return
	}
	mistyped := func(want string) { c.fail(path, "property %q must be %s, not %s", path, want, describe(value)) }
	switch typ.Kind() {
	case reflect.String:
		if !value.IsString() {
			mistyped("a string")
		}
	case reflect.Bool:
		if !value.IsBool() {
			mistyped("a boolean")
		}
	case reflect.Int, reflect.Int32, reflect.Int64:
		if !value.IsNumber() || value.NumberValue() != math.Trunc(value.NumberValue()) {
			mistyped("a whole number")
		}
	case reflect.Float32, reflect.Float64:
		if !value.IsNumber() {
			mistyped("a number")
		}
	case reflect.Slice:
		if !value.IsArray() {
			mistyped("a list")
			return
		}
		for i, element := range value.ArrayValue() {
			c.value(fmt.Sprintf("%s[%d]", path, i), element, typ.Elem())
		}
	case reflect.Map:
		if !value.IsObject() {
			mistyped("a map")
			return
		}
		for _, key := range value.ObjectValue().StableKeys() {
			c.value(join(path, string(key)), value.ObjectValue()[key], typ.Elem())
		}
	case reflect.Struct:
		if !value.IsObject() {
			mistyped("an object")
			return
		}
		c.object(path, value.ObjectValue(), typ)
	}
}

// describe names a value for an error; text may be a secret, so only scalars that hardly can be are shown.
func describe(value resource.PropertyValue) string {
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

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
