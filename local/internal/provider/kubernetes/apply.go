package kubernetes

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
)

// fieldManager owns what this provider sets. It has to be the same in every run, or a field that a program no
// longer sets would stay.
const fieldManager = "pulumi-kubernetes-modelferry"

// Annotations of Pulumi's own provider that mean the same here.
const (
	skipAwait  = "pulumi.com/skipAwait"  // "true": do not wait until it is ready
	patchForce = "pulumi.com/patchForce" // "true": take fields over that others own
)

// Create applies a new object and waits until it is ready.
func (s *server) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	object := objectOf(req.Properties)
	if req.Preview {
		return plugin.CreateResponse{Properties: req.Properties, Status: resource.StatusOK}, nil
	}
	live, err := s.bring(ctx, req.URN, req.Type, object, timeout(req.Timeout))
	if live == nil {
		return plugin.CreateResponse{}, err
	}
	outputs := outputsOf(live, req.Properties)
	if err != nil {
		return plugin.CreateResponse{}, initFailure(idOf(live), outputs, req.Properties, err)
	}
	return plugin.CreateResponse{ID: idOf(live), Properties: outputs, Status: resource.StatusOK}, nil
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
	live, err := s.bring(ctx, req.URN, req.Type, objectOf(req.NewInputs), timeout(req.Timeout))
	if live == nil {
		return plugin.UpdateResponse{}, err
	}
	outputs := outputsOf(live, req.NewInputs)
	if err != nil {
		return plugin.UpdateResponse{}, initFailure(req.ID, outputs, req.NewInputs, err)
	}
	return plugin.UpdateResponse{Properties: outputs, Status: resource.StatusOK}, nil
}

// timeout is the program's customTimeouts, or Pulumi's default for a Deployment.
func timeout(seconds float64) time.Duration {
	if seconds > 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	return 10 * time.Minute
}

// bring applies an object and waits for it. An error with a live object says that it exists but is not ready;
// one without says that it was not applied.
func (s *server) bring(
	ctx context.Context, urn resource.URN, typ tokens.Type, object *unstructured.Unstructured, limit time.Duration,
) (*unstructured.Unstructured, error) {
	if s.settings.RenderDir != "" {
		return object, render(s.settings.RenderDir, object)
	}
	cluster, err := s.reachable(urn)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	defer context.AfterFunc(s.running, cancel)()

	live, err := cluster.apply(ctx, object)
	if err != nil {
		return nil, err
	}
	if object.GetAnnotations()[skipAwait] == "true" {
		return live, nil
	}
	return s.await(ctx, urn, cluster, live, limit)
}

// apply is server-side apply, which makes the object or changes what of it is ours.
func (c *cluster) apply(ctx context.Context, object *unstructured.Unstructured) (*unstructured.Unstructured, error) {
	what := fmt.Sprintf("%s %s", object.GetKind(), idOf(object))
	client, err := c.client(object.GroupVersionKind(), object.GetNamespace())
	if err != nil {
		return nil, fmt.Errorf("apply %s: %w", what, err)
	}
	content, err := json.Marshal(object.Object)
	if err != nil {
		return nil, fmt.Errorf("apply %s: %w", what, err)
	}
	force := object.GetAnnotations()[patchForce] == "true"
	live, err := client.Patch(ctx, object.GetName(), types.ApplyPatchType, content, metav1.PatchOptions{
		FieldManager: fieldManager, Force: &force, FieldValidation: metav1.FieldValidationStrict,
	})
	if apierrors.IsConflict(err) {
		return nil, fmt.Errorf("apply %s: someone else set what the program sets "+
			"(to take it over: annotation %s: \"true\"): %w", what, patchForce, err)
	}
	if err != nil {
		return nil, fmt.Errorf("apply %s: %w", what, err)
	}
	return live, nil
}
