package kubernetes

import (
	"fmt"
	"maps"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// parseTypeToken parses a resource type token, such as kubernetes:apps/v1:Deployment or kubernetes:core/v1:Service.
// Custom resources are allowed. Types that are not a single object (lists, patches, Helm) are errors.
func parseTypeToken(typ tokens.Type) (schema.GroupVersionKind, error) {
	none := schema.GroupVersionKind{}
	parts := strings.Split(string(typ), ":")
	if len(parts) != 3 {
		return none, fmt.Errorf("invalid type token %q: must be kubernetes:GROUP/VERSION:KIND", typ)
	}
	group, version, found := strings.Cut(parts[1], "/")
	kind := parts[2]
	switch {
	case !found || kind == "" || strings.HasPrefix(group, "helm.sh"):
		return none, fmt.Errorf(
			"the local kubernetes provider does not support resource type %q: install Pulumi's kubernetes plugin for it",
			typ,
		)
	case strings.HasSuffix(kind, "Patch"), strings.HasSuffix(kind, "List"):
		return none, fmt.Errorf("the local kubernetes provider does not support resource type %q: declare the object itself", typ)
	}
	if group == "core" {
		group = ""
	}
	return schema.GroupVersionKind{Group: group, Version: version, Kind: kind}, nil
}

// toUnstructured converts checked inputs to an object. Unknown values are dropped.
func toUnstructured(inputs resource.PropertyMap) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: floatsToIntegers(provider.ToPlain(inputs)).(map[string]any)}
}

// floatsToIntegers converts floats without a fraction to integers, in nested values too. All numbers in Pulumi are
// floats, and the API server does not accept a port of 8000.0.
func floatsToIntegers(v any) any {
	switch v := v.(type) {
	case float64:
		if integer := int64(v); float64(integer) == v {
			return integer
		}
	case map[string]any:
		for key, inner := range v {
			v[key] = floatsToIntegers(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = floatsToIntegers(inner)
		}
	}
	return v
}

// toOutputs converts a live object to outputs. Top-level fields with secrets in the inputs are secret, and so is the
// data of a Secret. oldOutputs are those in the state, nil for a new object.
func toOutputs(live *unstructured.Unstructured, inputs, oldOutputs resource.PropertyMap) resource.PropertyMap {
	content := maps.Clone(live.Object)
	if metadata, ok := content["metadata"].(map[string]any); ok {
		metadata = maps.Clone(metadata)
		delete(metadata, "managedFields") // most of an object's size, and of no use to a program
		content["metadata"] = metadata
	}
	outputs := resource.NewPropertyMapFromMap(content)
	secret := live.GetKind() == "Secret" && live.GroupVersionKind().Group == ""
	for key, value := range outputs {
		if inputs[key].ContainsSecrets() || secret && (key == "data" || key == "stringData") {
			outputs[key] = resource.MakeSecret(value)
		}
	}
	setCheckpoint(outputs, inputs, oldOutputs)
	return outputs
}

// objectID returns the Pulumi ID of an object: NAMESPACE/NAME, or NAME if it is cluster-scoped.
func objectID(object *unstructured.Unstructured) resource.ID {
	if ns := object.GetNamespace(); ns != "" {
		return resource.ID(ns + "/" + object.GetName())
	}
	return resource.ID(object.GetName())
}

// parseID parses an ID that objectID returned.
func parseID(id resource.ID) (namespace, name string) {
	if namespace, name, found := strings.Cut(string(id), "/"); found {
		return namespace, name
	}
	return "", string(id)
}
