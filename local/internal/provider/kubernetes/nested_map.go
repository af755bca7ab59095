package kubernetes

import "github.com/pulumi/pulumi/sdk/v3/go/common/resource"

// nestedMap returns a copy of the map at key: an empty one if it is not set, and nil if it is unknown. ok is false if
// the value is not a map.
func nestedMap(props resource.PropertyMap, key resource.PropertyKey) (nested resource.PropertyMap, ok bool) {
	value := props[key]
	for value.IsSecret() {
		value = value.SecretValue().Element
	}
	switch {
	case value.IsNull():
		return resource.PropertyMap{}, true
	case value.IsObject():
		return value.ObjectValue().Copy(), true
	default:
		return nil, value.IsComputed() || value.IsOutput()
	}
}
