package provider

import (
	"encoding/json"
	"maps"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// CheckConfig checks a provider's configuration against sample, the SDK's ProviderArgs.
func CheckConfig(sample any, token string, props resource.PropertyMap) []plugin.CheckFailure {
	return SchemaOf(sample).Check(token, DecodeConfig(sample, props))
}

// DecodeConfig returns a provider's configuration with the types of sample, the SDK's ProviderArgs. The SDKs send
// every value but strings as JSON text, and stack config (`aws:region`) is text as well. Keys that the engine adds
// are removed.
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
