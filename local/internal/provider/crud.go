package provider

import (
	"context"
	"errors"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// Create computes the outputs and, in a local cloud, creates the resource and saves its record.
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
	if req.Preview {
		return plugin.CreateResponse{Properties: s.planned(r, outputs), Status: resource.StatusOK}, nil
	}
	created := plugin.CreateResponse{ID: resource.ID(r.ID), Properties: outputs, Status: resource.StatusOK}
	if s.cloud == nil {
		return created, nil
	}
	r.addServerSet(definition.ServerSet, outputs, false)
	if err := s.cloud.reserve(s.pkg, r, newRecord(r, outputs)); err != nil {
		return created, err
	}
	for _, hook := range []func(context.Context, *Request) error{definition.Create, definition.Reconcile} {
		if hook == nil {
			continue
		}
		if err := hook(ctx, r); err != nil {
			return created, errors.Join(err, s.cloud.remove(r.Type, r.ID))
		}
	}
	return created, nil
}

func newRecord(r *Request, outputs resource.PropertyMap) cloudstate.Resource {
	return cloudstate.Resource{
		Type: r.Type, ID: r.ID, URN: string(r.URN), Inputs: ToPlain(r.Inputs), Outputs: ToPlain(outputs),
	}
}

// Update computes the outputs again. The ID stays.
func (s *server) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	r, definition, err := s.newRequest(req.Type, req.URN, req.ID, req.NewInputs)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	r.OldOutputs, r.IgnoreChanges = req.OldOutputs, req.IgnoreChanges
	outputs, err := r.computeOutputs()
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	updated := plugin.UpdateResponse{Properties: outputs, Status: resource.StatusOK}
	if req.Preview || s.cloud == nil {
		return updated, nil
	}
	r.addServerSet(definition.ServerSet, outputs, false)
	if definition.Update != nil {
		if err := definition.Update(ctx, r); err != nil {
			return updated, err
		}
	}
	if err := s.cloud.save(newRecord(r, outputs)); err != nil || definition.Reconcile == nil {
		return updated, err
	}
	return updated, definition.Reconcile(ctx, r)
}

// Delete deletes the resource and its record.
func (s *server) Delete(ctx context.Context, req plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	r, definition, err := s.newRequest(req.Type, req.URN, req.ID, req.Inputs)
	if err != nil || s.cloud == nil {
		return plugin.DeleteResponse{}, err
	}
	r.OldOutputs = req.Outputs
	cloud, err := cloudstate.Load(s.cloud.Dir)
	if err == nil {
		err = refuse(s.pkg.Refusals[r.Type].Delete, r, cloud)
	}
	if err != nil {
		return plugin.DeleteResponse{}, err
	}
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
