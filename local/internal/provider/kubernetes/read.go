package kubernetes

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// Read serves refresh and import.
func (s *server) Read(ctx context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	gvk, err := kindOf(req.Type)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	if s.settings.RenderDir != "" {
		return plugin.ReadResponse{ReadResult: plugin.ReadResult{ID: req.ID, Inputs: req.Inputs, Outputs: req.State}}, nil
	}
	cluster, err := s.reachable(req.URN)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	namespace, name := parseID(req.ID)
	if namespace == "" && s.namespaced(gvk) {
		namespace = "default"
	}
	live, err := cluster.get(ctx, gvk, namespace, name)
	if apierrors.IsNotFound(err) {
		return plugin.ReadResponse{}, nil
	}
	if err != nil {
		return plugin.ReadResponse{}, fmt.Errorf("read %s %s: %w", gvk.Kind, req.ID, err)
	}
	inputs := imported(live)
	if len(req.Inputs) > 0 {
		inputs = drifted(req.Inputs, resource.NewPropertyMapFromMap(live.Object))
	}
	return plugin.ReadResponse{
		ReadResult: plugin.ReadResult{ID: req.ID, Inputs: inputs, Outputs: outputsOf(live, req.Inputs)},
		Status:     resource.StatusOK,
	}, nil
}

// drifted are the inputs as the live object has them: the same fields, with the values of now. A field that
// the object lost is lost here too. Values that are as they were keep their secretness.
func drifted(inputs, live resource.PropertyMap) resource.PropertyMap {
	now := resource.PropertyMap{}
	for key, given := range inputs {
		actual, there := live[key]
		if !there {
			if emptyValue(given) { // the API server drops empty lists and maps
				now[key] = given
			}
			continue
		}
		now[key] = driftedValue(given, actual)
	}
	return now
}

func driftedValue(given, actual resource.PropertyValue) resource.PropertyValue {
	switch {
	case given.IsSecret():
		return resource.MakeSecret(driftedValue(given.SecretValue().Element, actual))
	case given.IsObject() && actual.IsObject():
		return resource.NewObjectProperty(drifted(given.ObjectValue(), actual.ObjectValue()))
	case given.IsArray() && actual.IsArray() && len(given.ArrayValue()) == len(actual.ArrayValue()):
		list := make([]resource.PropertyValue, 0, len(given.ArrayValue()))
		for i, element := range given.ArrayValue() {
			list = append(list, driftedValue(element, actual.ArrayValue()[i]))
		}
		return resource.NewArrayProperty(list)
	case sameQuantity(given, actual):
		return given
	default:
		return actual
	}
}

func emptyValue(value resource.PropertyValue) bool {
	switch {
	case value.IsArray():
		return len(value.ArrayValue()) == 0
	case value.IsObject():
		return len(value.ObjectValue()) == 0
	case value.IsString():
		return value.StringValue() == ""
	default:
		return value.IsNull()
	}
}

// imported are the inputs that would make the live object: without its status and what the API server filled in.
func imported(live *unstructured.Unstructured) resource.PropertyMap {
	object := live.DeepCopy().Object
	delete(object, "status")
	if metadata, ok := object["metadata"].(map[string]any); ok {
		for _, key := range []string{
			"managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink", "ownerReferences",
		} {
			delete(metadata, key)
		}
	}
	return resource.NewPropertyMapFromMap(object)
}

// uidOf is the UID in an object's outputs, empty when there is none.
func uidOf(outputs resource.PropertyMap) string {
	metadata, _ := provider.Plain(outputs)["metadata"].(map[string]any)
	uid, _ := metadata["uid"].(string)
	return uid
}
