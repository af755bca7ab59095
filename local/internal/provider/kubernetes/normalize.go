package kubernetes

import (
	"encoding/base64"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
)

// normalize returns the inputs as the API server saves them, without secrets: cpu 1000m is 1, and stringData of a
// Secret is data. pulumi-kubernetes keeps inputs of this form in the state. Inputs with unknown values and custom
// resources are returned as they are.
// https://github.com/pulumi/pulumi-kubernetes/blob/v4.25.0/provider/pkg/provider/provider.go (normalizeInputs)
func normalize(inputs resource.PropertyMap) resource.PropertyMap {
	if inputs.ContainsUnknowns() {
		return inputs
	}
	object := toUnstructured(inputs)
	if object.GetKind() == "Secret" && object.GroupVersionKind().Group == "" {
		moveStringData(object)
	}
	typed, err := scheme.Scheme.New(object.GroupVersionKind())
	if err != nil {
		return inputs
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, typed); err != nil {
		return inputs // Check has reported it
	}
	normalized, err := runtime.DefaultUnstructuredConverter.ToUnstructured(typed)
	if err != nil {
		return inputs
	}
	return resource.NewPropertyMapFromMap(pruneMap(normalized, object.Object))
}

// moveStringData does what the API server does with stringData.
func moveStringData(secret *unstructured.Unstructured) {
	stringData, _, err := unstructured.NestedStringMap(secret.Object, "stringData")
	if err != nil || len(stringData) == 0 {
		return
	}
	data, _ := secret.Object["data"].(map[string]any)
	data = maps.Clone(data)
	if data == nil {
		data = map[string]any{}
	}
	for key, value := range stringData {
		data[key] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	secret.Object["data"] = data
	delete(secret.Object, "stringData")
}

// withStringData adds to the properties of a live Secret the keys of the inputs' stringData, which the API server has
// moved to data.
func withStringData(
	properties resource.PropertyMap, live *unstructured.Unstructured, inputs resource.PropertyMap,
) resource.PropertyMap {
	wanted, _ := nestedMap(inputs, "stringData")
	if live.GetKind() != "Secret" || len(wanted) == 0 {
		return properties
	}
	data, _, _ := unstructured.NestedStringMap(live.Object, "data") // the API server has checked the type
	stringData := resource.PropertyMap{}
	for key := range wanted {
		if value, err := base64.StdEncoding.DecodeString(data[string(key)]); err == nil && data[string(key)] != "" {
			stringData[key] = resource.NewStringProperty(string(value))
		}
	}
	properties["stringData"] = resource.NewObjectProperty(stringData)
	return properties
}

// pruneMap drops the fields that are not in shape, at any depth: those that the conversion has added.
func pruneMap(object, shape map[string]any) map[string]any {
	pruned := map[string]any{}
	for key, value := range object {
		if shaping, ok := shape[key]; ok {
			pruned[key] = pruneValue(value, shaping)
		}
	}
	return pruned
}

func pruneValue(value, shape any) any {
	switch value := value.(type) {
	case map[string]any:
		if shape, ok := shape.(map[string]any); ok {
			return pruneMap(value, shape)
		}
	case []any:
		shape, ok := shape.([]any)
		if !ok || len(shape) != len(value) {
			return value
		}
		pruned := make([]any, len(value))
		for i := range value {
			pruned[i] = pruneValue(value[i], shape[i])
		}
		return pruned
	}
	return value
}
