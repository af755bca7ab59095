package provider

import (
	"strconv"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// unwrap takes off what the engine wraps around a value: secretness, outputs, references to resources (whose
// id stands for them). What is not known yet comes back as Computed.
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

// ToPlain turns properties into what encoding/json knows. Unknown values and nulls are left out, secrets are
// laid open: it is meant for the local cloud's own state, not for anything that is shown.
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

// lookupPath follows a dotted path with numeric list indexes ("vpcConfig.subnetIds.0"). Unknown on the way, or
// at the end, comes back as Computed; nothing there comes back as null.
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
