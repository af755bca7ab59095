package provider

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// checkEnums returns a failure for each property whose value is not one of those that the cloud's provider accepts.
// enums are the accepted values by dotted path. A path applies to each element of the lists on it.
func checkEnums(token string, props resource.PropertyMap, enums map[string][]string) []plugin.CheckFailure {
	var failures []plugin.CheckFailure
	for _, path := range slices.Sorted(maps.Keys(enums)) {
		for _, value := range valuesAt(resource.NewObjectProperty(props), strings.Split(path, ".")) {
			if !value.IsString() && !value.IsNumber() { // unknown
				continue
			}
			if text := fmt.Sprint(value.V); !slices.Contains(enums[path], text) {
				failures = append(failures, plugin.CheckFailure{
					Property: resource.PropertyKey(path), Reason: fmt.Sprintf("%s: expected %s to be one of %q, got %s",
						token, path, enums[path], text),
				})
			}
		}
	}
	return failures
}

// valuesAt returns the values at a path, through each element of a list.
func valuesAt(value resource.PropertyValue, path []string) []resource.PropertyValue {
	value = unwrap(value)
	switch {
	case value.IsArray():
		var values []resource.PropertyValue
		for _, element := range value.ArrayValue() {
			values = append(values, valuesAt(element, path)...)
		}
		return values
	case len(path) == 0:
		return []resource.PropertyValue{value}
	case value.IsObject():
		return valuesAt(value.ObjectValue()[resource.PropertyKey(path[0])], path[1:])
	}
	return nil
}
