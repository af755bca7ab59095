package provider

import (
	"encoding/json"
	"maps"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// CheckSettings is Shape.Check for a provider's own properties.
func CheckSettings(sample any, owner string, props resource.PropertyMap) []plugin.CheckFailure {
	return ShapeOf(sample).Check(owner, Settings(sample, props))
}

// Settings brings a provider's properties into their real types. The SDKs send everything that is not a
// string as JSON text, and stack config (`aws:region`) is text to begin with. The engine's own keys are dropped.
func Settings(sample any, props resource.PropertyMap) resource.PropertyMap {
	shape := ShapeOf(sample)
	settings := maps.Clone(props)
	if settings == nil {
		settings = resource.PropertyMap{}
	}
	for _, key := range []resource.PropertyKey{"version", "pluginDownloadURL", "__internal"} {
		if !shape.Has(string(key)) {
			delete(settings, key)
		}
	}
	for key, value := range settings {
		typ := shape.Type(string(key))
		value = bare(value)
		if typ == nil || !value.IsString() || isText(typ) {
			continue
		}
		var decoded any
		if json.Unmarshal([]byte(value.StringValue()), &decoded) == nil {
			settings[key] = resource.NewPropertyValue(decoded)
		}
	}
	return settings
}

func isText(typ reflect.Type) bool {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	return typ.Kind() == reflect.String
}
