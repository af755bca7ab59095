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
	gvk, err := parseTypeToken(req.Type)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	if s.config.RenderDir != "" {
		return plugin.ReadResponse{ReadResult: plugin.ReadResult{ID: req.ID, Inputs: req.Inputs, Outputs: req.State}}, nil
	}
	cluster, err := s.connectedCluster(req.URN)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	namespace, name := parseID(req.ID)
	if namespace == "" && s.isNamespaced(gvk) {
		namespace = "default"
	}
	live, err := cluster.get(ctx, gvk, namespace, name)
	if apierrors.IsNotFound(err) {
		return plugin.ReadResponse{}, nil
	}
	if err != nil {
		return plugin.ReadResponse{}, fmt.Errorf("read %s %s: %w", gvk.Kind, req.ID, err)
	}
	inputs := importInputs(live)
	if len(req.Inputs) > 0 {
		inputs = refreshInputs(req.Inputs, withStringData(resource.NewPropertyMapFromMap(live.Object), live, req.Inputs))
	}
	return plugin.ReadResponse{
		ReadResult: plugin.ReadResult{ID: req.ID, Inputs: inputs, Outputs: toOutputs(live, inputs, req.State)},
		Status:     resource.StatusOK,
	}, nil
}

// refreshInputs returns the inputs with the values of the live object. Fields that the object no longer has are
// dropped, fields that the inputs do not have are not added, and secrets stay secret.
func refreshInputs(inputs, live resource.PropertyMap) resource.PropertyMap {
	refreshed := resource.PropertyMap{}
	for key, input := range inputs {
		actual, exists := live[key]
		if !exists {
			if isEmptyValue(input) { // the API server drops empty lists and maps
				refreshed[key] = input
			}
			continue
		}
		refreshed[key] = refreshValue(input, actual)
	}
	return refreshed
}

func refreshValue(input, actual resource.PropertyValue) resource.PropertyValue {
	switch {
	case input.IsSecret():
		return resource.MakeSecret(refreshValue(input.SecretValue().Element, actual))
	case input.IsObject() && actual.IsObject():
		return resource.NewObjectProperty(refreshInputs(input.ObjectValue(), actual.ObjectValue()))
	case input.IsArray() && actual.IsArray() && len(input.ArrayValue()) == len(actual.ArrayValue()):
		list := make([]resource.PropertyValue, 0, len(input.ArrayValue()))
		for i, element := range input.ArrayValue() {
			list = append(list, refreshValue(element, actual.ArrayValue()[i]))
		}
		return resource.NewArrayProperty(list)
	case equalQuantity(input, actual):
		return input
	default:
		return actual
	}
}

func isEmptyValue(value resource.PropertyValue) bool {
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

// importInputs returns inputs for an imported object: its fields without the status and the metadata that the API
// server sets.
func importInputs(live *unstructured.Unstructured) resource.PropertyMap {
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

// objectUID returns the UID in an object's outputs, or "".
func objectUID(outputs resource.PropertyMap) string {
	metadata, _ := provider.ToPlain(outputs)["metadata"].(map[string]any)
	uid, _ := metadata["uid"].(string)
	return uid
}
