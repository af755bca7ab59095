package provider

import (
	"context"
	"fmt"
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Check validates a resource's inputs and adds an autoname where the program gives no name.
func (s *server) Check(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	definition, err := s.lookupResource(req.Type)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	inputs := maps.Clone(req.News)
	failures := SchemaOf(definition.Args).Check(string(req.Type), inputs, definition.RequiredInputs...)
	failures = append(failures, checkEnums(string(req.Type), inputs, definition.Enums)...)
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
	failures = append(failures, checkFormats(string(req.Type), inputs, s.pkg.InputFormats[string(req.Type)])...)
	return plugin.CheckResponse{Properties: inputs, Failures: failures}, nil
}
