package provider

import (
	"context"
	"fmt"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// Create computes the outputs and, with a local cloud, makes the thing and remembers it.
func (s *server) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	r, definition, err := s.newRequest(req.Type, req.URN, "", req.Properties)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	r.ID = r.computeID(definition.ID)
	outputs, err := r.computeOutputs()
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	created := plugin.CreateResponse{ID: resource.ID(r.ID), Properties: outputs, Status: resource.StatusOK}
	if req.Preview || s.cloud == nil {
		return created, nil
	}
	return created, s.runHookAndSave(ctx, r, definition, definition.Create, outputs)
}

// Update computes the outputs anew, under the id of before.
func (s *server) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	r, definition, err := s.newRequest(req.Type, req.URN, req.ID, req.NewInputs)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	r.OldOutputs = req.OldOutputs
	outputs, err := r.computeOutputs()
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	updated := plugin.UpdateResponse{Properties: outputs, Status: resource.StatusOK}
	if req.Preview || s.cloud == nil {
		return updated, nil
	}
	return updated, s.runHookAndSave(ctx, r, definition, definition.Update, outputs)
}

// runHookAndSave runs the hook, when the type has one, and remembers the resource.
func (s *server) runHookAndSave(
	ctx context.Context, r *Request, definition Resource, hook func(context.Context, *Request) error,
	outputs resource.PropertyMap,
) error {
	if hook != nil {
		if err := hook(ctx, r); err != nil {
			return err
		}
	}
	err := s.cloud.save(cloudstate.Resource{
		Type: r.Type, ID: r.ID, URN: string(r.URN), Inputs: ToPlain(r.Inputs), Outputs: ToPlain(outputs),
	})
	if err != nil || definition.Reconcile == nil {
		return err
	}
	return definition.Reconcile(ctx, r)
}

// Delete takes the thing away and forgets it.
func (s *server) Delete(ctx context.Context, req plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	r, definition, err := s.newRequest(req.Type, req.URN, req.ID, req.Inputs)
	if err != nil || s.cloud == nil {
		return plugin.DeleteResponse{}, err
	}
	r.OldOutputs = req.Outputs
	if definition.Delete != nil {
		if err := definition.Delete(ctx, r); err != nil {
			return plugin.DeleteResponse{}, err
		}
	}
	if err := s.cloud.remove(r.Type, r.ID); err != nil || definition.Reconcile == nil {
		return plugin.DeleteResponse{}, err
	}
	return plugin.DeleteResponse{}, definition.Reconcile(ctx, r)
}

// Read serves refresh and import. What the local cloud has forgotten, or what no longer stands behind the
// record, is gone. Offline there is nothing to compare with, so everything is as it was.
func (s *server) Read(ctx context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	r, definition, err := s.newRequest(req.Type, req.URN, req.ID, req.Inputs)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	response := plugin.ReadResponse{
		ReadResult: plugin.ReadResult{ID: req.ID, Inputs: req.Inputs, Outputs: req.State}, Status: resource.StatusOK,
	}
	if s.cloud == nil {
		if len(req.State) == 0 {
			return plugin.ReadResponse{}, fmt.Errorf(
				"%s %q: no local cloud is running that it could be read from", req.Type, req.ID)
		}
		return response, nil
	}
	cloud, err := cloudstate.Load(s.cloud.Dir)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	record := cloud.Find(string(req.Type), string(req.ID))
	if record == nil {
		return plugin.ReadResponse{}, nil
	}
	// The engine's own copy knows which values are secret; the record does not.
	if reflect.DeepEqual(ToPlain(req.State), ToPlain(resource.NewPropertyMapFromMap(record.Outputs))) {
		r.Inputs = req.Inputs
	} else {
		r.Inputs = resource.NewPropertyMapFromMap(record.Inputs)
		response.Inputs, response.Outputs = r.Inputs, resource.NewPropertyMapFromMap(record.Outputs)
	}
	if definition.Exists != nil {
		exists, err := definition.Exists(ctx, r)
		if err != nil || !exists {
			return plugin.ReadResponse{}, err
		}
	}
	return response, nil
}
