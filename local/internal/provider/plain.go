package provider

import (
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// bare takes off what the engine wraps around a value: secretness, outputs, references to resources (whose
// id stands for them). What is not known yet comes back as Computed.
func bare(value resource.PropertyValue) resource.PropertyValue {
	switch {
	case value.IsSecret():
		return bare(value.SecretValue().Element)
	case value.IsOutput():
		if out := value.OutputValue(); out.Known {
			return bare(out.Element)
		}
		return resource.MakeComputed(resource.NewStringProperty(""))
	case value.IsResourceReference():
		return bare(value.ResourceReferenceValue().ID)
	default:
		return value
	}
}

// Plain turns properties into what encoding/json knows. Unknown values and nulls are left out, secrets are
// laid open: it is meant for the local cloud's own state, not for anything that is shown.
func Plain(props resource.PropertyMap) map[string]any {
	out := map[string]any{}
	for key, value := range props {
		if v, ok := plainValue(value); ok {
			out[string(key)] = v
		}
	}
	return out
}

func plainValue(value resource.PropertyValue) (any, bool) {
	value = bare(value)
	switch {
	case value.IsNull(), value.IsComputed():
		return nil, false
	case value.IsObject():
		return Plain(value.ObjectValue()), true
	case value.IsArray():
		list := make([]any, 0, len(value.ArrayValue()))
		for _, element := range value.ArrayValue() {
			v, _ := plainValue(element)
			list = append(list, v)
		}
		return list, true
	default:
		return value.V, true
	}
}

// lookup follows a dotted path with numeric list indexes ("vpcConfig.subnetIds.0"). Unknown on the way, or
// at the end, comes back as Computed; nothing there comes back as null.
func lookup(props resource.PropertyMap, path string) resource.PropertyValue {
	value := resource.NewObjectProperty(props)
	for _, step := range strings.Split(path, ".") {
		value = bare(value)
		switch {
		case value.IsComputed():
			return value
		case value.IsObject():
			value = value.ObjectValue()[resource.PropertyKey(step)]
		case value.IsArray():
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(value.ArrayValue()) {
				return resource.NewNullProperty()
			}
			value = value.ArrayValue()[i]
		default:
			return resource.NewNullProperty()
		}
	}
	return bare(value)
}
