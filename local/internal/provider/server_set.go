package provider

import (
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// ServerSetProperty is a property that the cloud sets where the program does not. A bridged provider does not take it
// as computed, so it plans to change it back, unless the resource ignores changes of it.
type ServerSetProperty struct {
	// Value that the cloud sets, a plain value. If it is nil, the cloud sets nothing.
	Value OutputFunc
	// Default is what the provider takes for the property if the program does not set it, nil for nothing.
	Default any
	// Replace reports whether changing it back replaces the resource.
	Replace bool
}

// addServerSet sets the properties that the cloud sets, by their dotted paths, in the outputs of a resource that
// exists.
func (r *Request) addServerSet(properties map[string]ServerSetProperty, outputs resource.PropertyMap) {
	for path, property := range properties {
		if value := property.Value(r); value != nil && lookupPath(r.Inputs, path).IsNull() {
			setPath(outputs, strings.Split(path, "."), resource.NewPropertyValue(value))
		}
	}
}

// setPath sets the value at a path of objects. Objects on the path are copied: they may be those of the inputs.
func setPath(props resource.PropertyMap, path []string, value resource.PropertyValue) {
	key := resource.PropertyKey(path[0])
	if len(path) == 1 {
		props[key] = value
		return
	}
	object := resource.PropertyMap{}
	if parent := unwrap(props[key]); parent.IsObject() {
		object = maps.Clone(parent.ObjectValue())
	}
	setPath(object, path[1:], value)
	props[key] = resource.NewObjectProperty(object)
}

// removesServerSet reports whether the property at a dotted path is in the outputs, and neither in the inputs nor
// ignored.
func removesServerSet(path string, outputs, inputs resource.PropertyMap, ignoreChanges []string) bool {
	return !lookupPath(outputs, path).IsNull() && lookupPath(inputs, path).IsNull() && !isAtOrBelow(path, ignoreChanges)
}

// addServerSetDiff adds the properties that the cloud set and that the program neither sets nor ignores.
func addServerSetDiff(diff *plugin.DiffResult, properties map[string]ServerSetProperty, req plugin.DiffRequest) {
	for _, path := range slices.Sorted(maps.Keys(properties)) {
		property := properties[path]
		isDefault := lookupPath(req.OldOutputs, path).DeepEquals(resource.NewPropertyValue(property.Default))
		if isDefault || !removesServerSet(path, req.OldOutputs, req.NewInputs, req.IgnoreChanges) {
			continue
		}
		change := plugin.PropertyDiff{Kind: plugin.DiffDelete}
		if property.Replace {
			change.Kind = change.Kind.AsReplace()
			diff.ReplaceKeys = append(diff.ReplaceKeys, resource.PropertyKey(path))
		}
		if diff.DetailedDiff == nil {
			diff.DetailedDiff = map[string]plugin.PropertyDiff{}
		}
		diff.Changes, diff.DetailedDiff[path] = plugin.DiffSome, change
		head, _, _ := strings.Cut(path, ".")
		if !slices.Contains(diff.ChangedKeys, resource.PropertyKey(head)) {
			diff.ChangedKeys = append(diff.ChangedKeys, resource.PropertyKey(head))
		}
	}
}
