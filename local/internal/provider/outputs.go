package provider

import (
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// newRequest sets up the computation of a resource's or function's outputs: its own values, and those shared
// by the package that its result type has room for.
func (p *Package) newRequest(result any, outputs map[string]OutputFunc) *Request {
	r := &Request{
		schema: SchemaOf(result), outputFuncs: map[string]OutputFunc{},
		computed: resource.PropertyMap{}, computing: map[string]bool{},
	}
	for name, value := range p.SharedOutputs {
		if r.schema.HasProperty(name) {
			r.outputFuncs[name] = value
		}
	}
	maps.Copy(r.outputFuncs, outputs)
	return r
}

// computeOutputs gives the whole result: the inputs, and every output that was not given as an input;
// of an object that was given in part, the rest.
func (r *Request) computeOutputs() (resource.PropertyMap, error) {
	result := resource.PropertyMap{}
	for key, value := range r.Inputs {
		if r.schema.HasProperty(string(key)) {
			result[key] = value
		}
	}
	for name := range r.outputFuncs {
		key := resource.PropertyKey(name)
		given, ok := result[key]
		switch value := r.computeOutput(name); {
		case !ok || unwrap(given).IsNull():
			if !value.IsNull() {
				result[key] = value
			}
		case unwrap(given).IsObject() && value.IsObject(): // masterAuth, vpcConfig: partly given, partly computed
			merged := maps.Clone(value.ObjectValue())
			maps.Copy(merged, unwrap(given).ObjectValue())
			result[key] = resource.NewObjectProperty(merged)
		}
	}
	return result, r.err
}

// computeID computes the id. In a preview it is empty when something that it is made of is not known.
func (r *Request) computeID(id OutputFunc) string {
	r.readUnknown = false
	v, _ := id(r).(string)
	if r.readUnknown {
		return ""
	}
	return v
}

// computeOutput computes one output, once. Whatever it is made of being unknown, so is it.
func (r *Request) computeOutput(name string) resource.PropertyValue {
	key := resource.PropertyKey(name)
	if value, done := r.computed[key]; done {
		return value
	}
	value, ok := r.outputFuncs[name]
	if !ok {
		return resource.NewNullProperty()
	}
	if r.computing[name] {
		r.Errorf("%s: output %q is computed from itself", r.Type, name)
		return resource.NewNullProperty()
	}
	r.computing[name] = true
	outerReadUnknown := r.readUnknown
	r.readUnknown = false
	result := resource.NewPropertyValue(value(r))
	if r.readUnknown {
		result = resource.MakeComputed(resource.NewStringProperty(""))
	}
	r.readUnknown = outerReadUnknown
	r.computed[key] = result
	return result
}
