package provider

import (
	"maps"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// ServerSetProperty is a property that the cloud sets, and how the pinned provider compares it with the program's.
type ServerSetProperty struct {
	// Value that the cloud reports, a plain value. If it is nil, the cloud sets nothing.
	Value OutputFunc
	// Overrides is whether the cloud reports Value although the program sets another one.
	Overrides bool
	// Later is whether the cloud sets the value after the creation, so that only a read finds it.
	Later bool
	// Computed is whether the provider keeps the cloud's value if the program sets none. In its schema the property is
	// then optional and computed. One that is only optional is planned to be removed.
	Computed bool
	// Default is what the provider takes for the property if the program does not set it, nil for nothing.
	Default any
	// Replace reports whether changing it back replaces the resource.
	Replace bool
	// Equal is the provider's comparison, its DiffSuppressFunc, nil for plain equality.
	Equal func(reported, wanted any) bool
	// Source is the URL of the provider's schema, or of the cloud's documentation.
	Source string
}

// equal reports whether the provider takes a value of the program for the reported one.
func (p ServerSetProperty) equal(reported, wanted resource.PropertyValue) bool {
	if reported.DeepEquals(wanted) {
		return true
	}
	plainReported, _ := toPlainValue(reported)
	plainWanted, _ := toPlainValue(wanted)
	return p.Equal != nil && p.Equal(plainReported, plainWanted)
}

// addServerSet sets the properties that the cloud sets, by their dotted paths, in the outputs of a resource that
// exists. In a read, the inputs follow what the cloud changed.
func (r *Request) addServerSet(properties map[string]ServerSetProperty, outputs resource.PropertyMap, read bool) {
	for path, property := range properties {
		wanted := lookupPath(r.Inputs, path)
		if property.Later && !read || !property.Overrides && !wanted.IsNull() {
			continue
		}
		plain := property.Value(r)
		if plain == nil {
			continue
		}
		value := resource.NewPropertyValue(plain)
		setPath(outputs, strings.Split(path, "."), value)
		if read && !wanted.IsNull() && !property.equal(value, wanted) {
			r.Inputs = maps.Clone(r.Inputs)
			setPath(r.Inputs, strings.Split(path, "."), value)
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

// addServerSetDiff adds the properties that the cloud set and that the program neither sets nor ignores, and removes
// differences that the provider does not see.
func addServerSetDiff(diff *plugin.DiffResult, properties map[string]ServerSetProperty, req plugin.DiffRequest) {
	changes := diff.DetailedDiff
	if changes == nil {
		changes = map[string]plugin.PropertyDiff{}
	}
	for path, property := range properties {
		reported, wanted := lookupPath(req.OldOutputs, path), lookupPath(req.NewInputs, path)
		switch {
		case reported.IsNull() || wanted.IsComputed() || isAtOrBelow(path, req.IgnoreChanges):
		case wanted.IsNull() && property.Computed, !wanted.IsNull() && property.equal(reported, wanted):
			maps.DeleteFunc(changes, func(changed string, _ plugin.PropertyDiff) bool { return isAtOrBelow(changed, []string{path}) })
		case wanted.IsNull():
			if !reported.DeepEquals(resource.NewPropertyValue(property.Default)) {
				changes[path] = property.change(plugin.DiffDelete)
			}
		case property.Overrides:
			changes[path] = property.change(plugin.DiffUpdate)
		}
	}
	// As in bridged providers. The engine resets ignored inputs before an update, but not before a refresh.
	maps.DeleteFunc(changes, func(path string, _ plugin.PropertyDiff) bool { return isAtOrBelow(path, req.IgnoreChanges) })
	*diff = newDiff(changes)
}

func (p ServerSetProperty) change(kind plugin.DiffKind) plugin.PropertyDiff {
	if p.Replace {
		kind = kind.AsReplace()
	}
	return plugin.PropertyDiff{Kind: kind}
}
