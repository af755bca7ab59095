package provider

import (
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// planned returns the outputs that a preview shows for a new resource: the inputs, and those that the provider knows.
// What only the cloud computes is unknown, as with the official providers.
func (s *server) planned(r *Request, outputs resource.PropertyMap) resource.PropertyMap {
	unknown := resource.MakeComputed(resource.NewStringProperty(""))
	result := maps.Clone(outputs)
	for name := range r.outputFuncs {
		key := resource.PropertyKey(name)
		given := unwrap(r.Inputs[key])
		switch {
		case s.pkg.isPlanned(name):
		case given.IsNull():
			result[key] = unknown
		case given.IsObject():
			merged := maps.Clone(unwrap(outputs[key]).ObjectValue())
			for member := range merged {
				if _, set := given.ObjectValue()[member]; !set {
					merged[member] = unknown
				}
			}
			result[key] = resource.NewObjectProperty(merged)
		}
	}
	return result
}

// addTrackedDiff adds the tracked outputs that have another value than in the state, as after a change of the
// provider's default tags.
func (s *server) addTrackedDiff(diff *plugin.DiffResult, req plugin.DiffRequest) error {
	r, _, err := s.newRequest(req.Type, req.URN, req.ID, req.NewInputs)
	if err != nil {
		return err
	}
	for _, name := range s.pkg.TrackedOutputs {
		key := resource.PropertyKey(name)
		old, tracked := req.OldOutputs[key]
		if !tracked || isAtOrBelow(name, req.IgnoreChanges) {
			continue
		}
		if value := r.computeOutput(name); !value.IsComputed() && !value.DeepEquals(unwrap(old)) { // a secret in pulumi-gcp
			changes := maps.Clone(diff.DetailedDiff)
			if changes == nil {
				changes = map[string]plugin.PropertyDiff{}
			}
			changes[name] = plugin.PropertyDiff{Kind: plugin.DiffUpdate}
			*diff = newDiff(changes)
		}
	}
	return r.err
}
