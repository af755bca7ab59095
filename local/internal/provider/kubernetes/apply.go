package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// Annotations of pulumi-kubernetes, with the same meaning.
const (
	skipAwaitAnnotation  = "pulumi.com/skipAwait"  // "true": do not await readiness
	patchForceAnnotation = "pulumi.com/patchForce" // "true": take over fields of other field managers
)

// Create applies a new object and waits until it is ready.
func (s *server) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	object := toUnstructured(req.Properties)
	if req.Preview {
		return plugin.CreateResponse{Properties: req.Properties, Status: resource.StatusOK}, nil
	}
	live, err := s.applyAndAwait(ctx, req.URN, object, fieldManager(nil), operationTimeout(req.Timeout))
	if live == nil {
		return plugin.CreateResponse{}, err
	}
	outputs := toOutputs(live, req.Properties, nil)
	if err != nil {
		return plugin.CreateResponse{}, newInitFailedError(objectID(live), outputs, req.Properties, err)
	}
	return plugin.CreateResponse{ID: objectID(live), Properties: outputs, Status: resource.StatusOK}, nil
}

// Update applies the changed object and waits until it is ready again.
func (s *server) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	if req.Preview {
		outputs := req.OldOutputs.Copy()
		for key, value := range req.NewInputs {
			outputs[key] = value
		}
		return plugin.UpdateResponse{Properties: outputs, Status: resource.StatusOK}, nil
	}
	live, err := s.applyAndAwait(
		ctx, req.URN, toUnstructured(req.NewInputs), fieldManager(req.OldOutputs), operationTimeout(req.Timeout))
	if live == nil {
		return plugin.UpdateResponse{}, err
	}
	outputs := toOutputs(live, req.NewInputs, req.OldOutputs)
	if err != nil {
		return plugin.UpdateResponse{}, newInitFailedError(req.ID, outputs, req.NewInputs, err)
	}
	return plugin.UpdateResponse{Properties: outputs, Status: resource.StatusOK}, nil
}

// operationTimeout converts the program's customTimeouts, in seconds. 0 is not set: the timeout is then
// pulumi-kubernetes' default for a Deployment.
func operationTimeout(seconds float64) time.Duration {
	if seconds > 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	return 10 * time.Minute
}

// applyAndAwait applies an object and awaits its readiness. If it returns an error and a live object, the object
// exists but is not ready. If it returns an error alone, the object was not applied.
func (s *server) applyAndAwait(
	ctx context.Context, urn resource.URN, object *unstructured.Unstructured, manager string, timeout time.Duration,
) (*unstructured.Unstructured, error) {
	if s.config.RenderDir != "" {
		return object, renderYAML(s.config.RenderDir, object)
	}
	cluster, err := s.connectedCluster(urn)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer context.AfterFunc(s.operations, cancel)()

	live, err := cluster.apply(ctx, object, manager)
	if err != nil {
		return nil, err
	}
	if object.GetAnnotations()[skipAwaitAnnotation] == "true" {
		return live, nil
	}
	return s.await(ctx, urn, cluster, live, timeout)
}

// apply creates or updates the object with server-side apply, as this field manager.
func (c *clusterClient) apply(
	ctx context.Context, object *unstructured.Unstructured, manager string,
) (*unstructured.Unstructured, error) {
	description := fmt.Sprintf("%s %s", object.GetKind(), objectID(object))
	client, err := c.resourceClient(object.GroupVersionKind(), object.GetNamespace())
	if err != nil {
		return nil, fmt.Errorf("apply %s: %w", description, err)
	}
	content, err := json.Marshal(object.Object)
	if err != nil {
		return nil, fmt.Errorf("apply %s: %w", description, err)
	}
	force := object.GetAnnotations()[patchForceAnnotation] == "true"
	live, err := client.Patch(ctx, object.GetName(), types.ApplyPatchType, content, metav1.PatchOptions{
		FieldManager: manager, Force: &force, FieldValidation: metav1.FieldValidationStrict,
	})
	if apierrors.IsConflict(err) {
		return nil, fmt.Errorf("apply %s: another field manager owns fields that the program sets "+
			"(set the annotation %s: \"true\" to take them over): %w", description, patchForceAnnotation, err)
	}
	if err != nil {
		return nil, fmt.Errorf("apply %s: %w", description, err)
	}
	return live, nil
}
