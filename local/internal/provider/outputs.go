package provider

import (
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// newRequest sets up the computation of a resource's or function's outputs: its own values, and those shared
// by the package that its result type has room for.
func (p *Package) newRequest(result any, own map[string]Value) *Request {
	r := &Request{
		shape: ShapeOf(result), values: map[string]Value{},
		outputs: resource.PropertyMap{}, computing: map[string]bool{},
	}
	for name, value := range p.Shared {
		if r.shape.Has(name) {
			r.values[name] = value
		}
	}
	maps.Copy(r.values, own)
	return r
}

// compute gives the whole result: the inputs, and every output that was not given as an input;
// of an object that was given in part, the rest.
func (r *Request) compute() (resource.PropertyMap, error) {
	result := resource.PropertyMap{}
	for key, value := range r.Inputs {
		if r.shape.Has(string(key)) {
			result[key] = value
		}
	}
	for name := range r.values {
		key := resource.PropertyKey(name)
		given, ok := result[key]
		switch value := r.output(name); {
		case !ok || bare(given).IsNull():
			if !value.IsNull() {
				result[key] = value
			}
		case bare(given).IsObject() && value.IsObject(): // masterAuth, vpcConfig: partly given, partly computed
			whole := maps.Clone(value.ObjectValue())
			maps.Copy(whole, bare(given).ObjectValue())
			result[key] = resource.NewObjectProperty(whole)
		}
	}
	return result, r.fault
}

// identify computes the id. In a preview it is empty when something that it is made of is not known.
func (r *Request) identify(id Value) string {
	r.touchedUnknown = false
	v, _ := id(r).(string)
	if r.touchedUnknown {
		return ""
	}
	return v
}

// output computes one output, once. Whatever it is made of being unknown, so is it.
func (r *Request) output(name string) resource.PropertyValue {
	key := resource.PropertyKey(name)
	if value, done := r.outputs[key]; done {
		return value
	}
	value, ok := r.values[name]
	if !ok {
		return resource.NewNullProperty()
	}
	if r.computing[name] {
		r.Fault("%s: output %q is computed from itself", r.Type, name)
		return resource.NewNullProperty()
	}
	r.computing[name] = true
	outer := r.touchedUnknown
	r.touchedUnknown = false
	computed := resource.NewPropertyValue(value(r))
	if r.touchedUnknown {
		computed = resource.MakeComputed(resource.NewStringProperty(""))
	}
	r.touchedUnknown = outer
	r.outputs[key] = computed
	return computed
}
