package provider

import (
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// unwrap returns the plain value of a secret or an output, and the ID of a resource reference. An unknown output is
// returned as Computed.
func unwrap(value resource.PropertyValue) resource.PropertyValue {
	switch {
	case value.IsSecret():
		return unwrap(value.SecretValue().Element)
	case value.IsOutput():
		if out := value.OutputValue(); out.Known {
			return unwrap(out.Element)
		}
		return resource.MakeComputed(resource.NewStringProperty(""))
	case value.IsResourceReference():
		return unwrap(value.ResourceReferenceValue().ID)
	default:
		return value
	}
}

// ToPlain converts properties to values that encoding/json can marshal. Unknowns and nulls are dropped. Secrets are
// in clear text: the result is for the local cloud's records, never for output.
func ToPlain(props resource.PropertyMap) map[string]any {
	out := map[string]any{}
	for key, value := range props {
		if v, ok := toPlainValue(value); ok {
			out[string(key)] = v
		}
	}
	return out
}

func toPlainValue(value resource.PropertyValue) (any, bool) {
	value = unwrap(value)
	switch {
	case value.IsNull(), value.IsComputed():
		return nil, false
	case value.IsObject():
		return ToPlain(value.ObjectValue()), true
	case value.IsArray():
		list := make([]any, 0, len(value.ArrayValue()))
		for _, element := range value.ArrayValue() {
			v, _ := toPlainValue(element)
			list = append(list, v)
		}
		return list, true
	default:
		return value.V, true
	}
}

// lookupPath returns the value at a dotted path with numeric list indexes ("vpcConfig.subnetIds.0"): Computed if it,
// or a parent of it, is unknown, and null if it is not set.
func lookupPath(props resource.PropertyMap, path string) resource.PropertyValue {
	value := resource.NewObjectProperty(props)
	for _, segment := range strings.Split(path, ".") {
		value = unwrap(value)
		switch {
		case value.IsComputed():
			return value
		case value.IsObject():
			value = value.ObjectValue()[resource.PropertyKey(segment)]
		case value.IsArray():
			i, err := strconv.Atoi(segment)
			if err != nil || i < 0 || i >= len(value.ArrayValue()) {
				return resource.NewNullProperty()
			}
			value = value.ArrayValue()[i]
		default:
			return resource.NewNullProperty()
		}
	}
	return unwrap(value)
}
