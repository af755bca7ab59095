package provider

import (
	"context"
	"fmt"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Check validates a resource's inputs and names it when the program did not.
func (s *server) Check(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	definition, err := s.lookupResource(req.Type)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	inputs := maps.Clone(req.News)
	failures := SchemaOf(definition.Args).Check(string(req.Type), inputs, definition.RequiredInputs...)
	if definition.NameProperty != "" && unwrap(inputs[resource.PropertyKey(definition.NameProperty)]).IsNull() {
		name, err := s.autoname(definition, req)
		if err != nil {
			failures = append(failures, plugin.CheckFailure{
				Property: resource.PropertyKey(definition.NameProperty), Reason: fmt.Sprintf("%s: %v", req.Type, err),
			})
		} else if name != "" {
			inputs[resource.PropertyKey(definition.NameProperty)] = resource.NewStringProperty(name)
		}
	}
	return plugin.CheckResponse{Properties: inputs, Failures: failures}, nil
}

// autoname keeps the name of before, or draws a new one: the resource's name and seven random hex digits, as
// the clouds' own providers do. Offline the digits come from the URN, so that a plan reads the same each time.
func (s *server) autoname(definition Resource, req plugin.CheckRequest) (string, error) {
	if oldName := unwrap(req.Olds[resource.PropertyKey(definition.NameProperty)]); oldName.IsString() {
		return oldName.StringValue(), nil
	}
	if a := req.Autonaming; a != nil {
		switch {
		case a.Mode == plugin.AutonamingModeDisabled:
			return "", fmt.Errorf("autonaming is off (pulumi:autonaming): set %q", definition.NameProperty)
		case a.ProposedName != "":
			return a.ProposedName, nil
		}
	}
	seed := req.RandomSeed
	if s.cloud == nil {
		seed = []byte(req.URN)
	}
	return resource.NewUniqueName(seed, req.URN.Name()+"-", 7, 0, nil)
}

// Invoke validates the arguments and computes the result. In a preview, arguments that are not known yet
// never come here: the engine answers for them.
func (s *server) Invoke(_ context.Context, req plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	definition, ok := s.pkg.Functions[string(req.Tok)]
	if !ok {
		return plugin.InvokeResponse{}, fmt.Errorf("the local %s provider knows no function %q%s",
			s.pkg.Name, req.Tok, didYouMean(string(req.Tok), s.pkg.functionTokens()))
	}
	failures := SchemaOf(definition.Args).Check(string(req.Tok), req.Args, definition.RequiredInputs...)
	if len(failures) > 0 {
		return plugin.InvokeResponse{Failures: failures}, nil
	}
	r := s.pkg.newRequest(definition.Result, definition.Outputs)
	r.Type, r.Inputs, r.Config, r.Cloud = string(req.Tok), req.Args, s.config, s.cloud
	result, err := r.computeOutputs()
	if err != nil {
		return plugin.InvokeResponse{}, fmt.Errorf("%s: %w", req.Tok, err)
	}
	return plugin.InvokeResponse{Properties: result}, nil
}
