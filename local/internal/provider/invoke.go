package provider

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// Invoke validates the arguments and computes the result. The engine does not invoke a function while any of its
// arguments is unknown.
func (s *server) Invoke(_ context.Context, req plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	definition, ok := s.pkg.Functions[string(req.Tok)]
	if !ok {
		return plugin.InvokeResponse{}, fmt.Errorf("the local %s provider has no function %q%s",
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
