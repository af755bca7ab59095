package provider

import (
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// newRequest returns a request that computes outputs, and those of the package's SharedOutputs that the type of
// result has.
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

// computeOutputs returns the inputs and the computed outputs. An input wins over an output of the same name; if both
// are objects, they are merged.
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
		case unwrap(given).IsObject() && value.IsObject(): // masterAuth and vpcConfig are inputs and outputs
			merged := maps.Clone(value.ObjectValue())
			maps.Copy(merged, unwrap(given).ObjectValue())
			result[key] = resource.NewObjectProperty(merged)
		}
	}
	return result, r.err
}

// computeID computes the ID. In a preview it is empty if it depends on an unknown input.
func (r *Request) computeID(id OutputFunc) string {
	r.readUnknown = false
	v, _ := id(r).(string)
	if r.readUnknown {
		return ""
	}
	return v
}

// computeOutput computes an output once and caches it. It is unknown if it depends on an unknown value.
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
		r.Errorf("%s: output %q depends on itself", r.Type, name)
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
