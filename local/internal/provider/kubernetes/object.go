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

// parseTypeToken reads a type token: kubernetes:apps/v1:Deployment, kubernetes:core/v1:Service. Any group and kind
// will do, custom resources too; what is not one object (lists, patches, Helm) is refused.
func parseTypeToken(typ tokens.Type) (schema.GroupVersionKind, error) {
	none := schema.GroupVersionKind{}
	parts := strings.Split(string(typ), ":")
	if len(parts) != 3 {
		return none, fmt.Errorf("%q is no type token of a Kubernetes object", typ)
	}
	group, version, found := strings.Cut(parts[1], "/")
	kind := parts[2]
	switch {
	case !found || kind == "" || strings.HasPrefix(group, "helm.sh"):
		return none, fmt.Errorf("the local kubernetes provider knows no resource type %q: install Pulumi's own plugin for it", typ)
	case strings.HasSuffix(kind, "Patch"), strings.HasSuffix(kind, "List"):
		return none, fmt.Errorf("the local kubernetes provider knows no resource type %q: declare the object itself", typ)
	}
	if group == "core" {
		group = ""
	}
	return schema.GroupVersionKind{Group: group, Version: version, Kind: kind}, nil
}

// toUnstructured makes the object that checked inputs describe. Unknown values are left out of it.
func toUnstructured(inputs resource.PropertyMap) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: floatsToIntegers(provider.ToPlain(inputs)).(map[string]any)}
}

// floatsToIntegers turns floats, the only numbers that Pulumi has, into integers where they are whole: a port of
// 8000.0 is no port.
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

// toOutputs are a live object as properties. What was secret in the inputs stays secret, and a Secret's
// content always is.
func toOutputs(live *unstructured.Unstructured, inputs resource.PropertyMap) resource.PropertyMap {
	content := maps.Clone(live.Object)
	if metadata, ok := content["metadata"].(map[string]any); ok {
		metadata = maps.Clone(metadata)
		delete(metadata, "managedFields") // who set what: nothing that a program reads, and most of the object's size
		content["metadata"] = metadata
	}
	outputs := resource.NewPropertyMapFromMap(content)
	secret := live.GetKind() == "Secret" && live.GroupVersionKind().Group == ""
	for key, value := range outputs {
		if inputs[key].ContainsSecrets() || secret && (key == "data" || key == "stringData") {
			outputs[key] = resource.MakeSecret(value)
		}
	}
	return outputs
}

// objectID is NAMESPACE/NAME, or NAME for what has no namespace.
func objectID(object *unstructured.Unstructured) resource.ID {
	if ns := object.GetNamespace(); ns != "" {
		return resource.ID(ns + "/" + object.GetName())
	}
	return resource.ID(object.GetName())
}

// parseID takes an id apart.
func parseID(id resource.ID) (namespace, name string) {
	if namespace, name, found := strings.Cut(string(id), "/"); found {
		return namespace, name
	}
	return "", string(id)
}
