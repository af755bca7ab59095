package provider

import (
	"encoding/json"
	"maps"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// CheckConfig is Shape.Check for a provider's own properties.
func CheckConfig(sample any, token string, props resource.PropertyMap) []plugin.CheckFailure {
	return SchemaOf(sample).Check(token, DecodeConfig(sample, props))
}

// DecodeConfig brings a provider's properties into their real types. The SDKs send everything that is not a
// string as JSON text, and stack config (`aws:region`) is text to begin with. The engine's own keys are dropped.
func DecodeConfig(sample any, props resource.PropertyMap) resource.PropertyMap {
	schema := SchemaOf(sample)
	settings := maps.Clone(props)
	if settings == nil {
		settings = resource.PropertyMap{}
	}
	for _, key := range []resource.PropertyKey{"version", "pluginDownloadURL", "__internal"} {
		if !schema.HasProperty(string(key)) {
			delete(settings, key)
		}
	}
	for key, value := range settings {
		typ := schema.PropertyType(string(key))
		value = unwrap(value)
		if typ == nil || !value.IsString() || isStringType(typ) {
			continue
		}
		var decoded any
		if json.Unmarshal([]byte(value.StringValue()), &decoded) == nil {
			settings[key] = resource.NewPropertyValue(decoded)
		}
	}
	return settings
}

func isStringType(typ reflect.Type) bool {
	for typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	return typ.Kind() == reflect.String
}
