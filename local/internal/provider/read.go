package provider

import (
	"context"
	"fmt"
	"maps"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
)

// Read serves refresh and import. A resource without a record, or whose Exists hook returns false, does not exist.
// Offline, Read returns the state that the engine has.
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
				"%s %q: cannot be read, no local cloud is running", req.Type, req.ID)
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
	r.Inputs, r.OldOutputs = resource.NewPropertyMapFromMap(record.Inputs), resource.NewPropertyMapFromMap(record.Outputs)
	outputs := maps.Clone(r.OldOutputs)
	r.addServerSet(definition.ServerSet, outputs, true)
	if !reflect.DeepEqual(ToPlain(outputs), record.Outputs) {
		record.Inputs, record.Outputs = ToPlain(r.Inputs), ToPlain(outputs)
		if err := s.cloud.save(*record); err != nil {
			return plugin.ReadResponse{}, err
		}
	}
	// Only the engine's copy says which values are secret, so it is preferred to an equal record.
	if reflect.DeepEqual(ToPlain(req.State), ToPlain(outputs)) {
		r.Inputs = req.Inputs
	} else {
		response.Inputs, response.Outputs = r.Inputs, outputs
	}
	if definition.Exists != nil {
		exists, err := definition.Exists(ctx, r)
		if err != nil {
			return plugin.ReadResponse{}, err
		}
		if !exists { // deleted behind the engine's back
			return plugin.ReadResponse{}, s.cloud.remove(r.Type, r.ID)
		}
	}
	return response, nil
}
