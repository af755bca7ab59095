package provider

import (
	"context"
	"fmt"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// server implements the protocol for one provider instance. Each instance has its own process, so two providers of
// the same cloud do not share their configuration.
type server struct {
	plugin.UnimplementedProvider
	pkg    *Package
	cloud  *Cloud // nil when offline
	config resource.PropertyMap
}

var _ plugin.Provider = (*server)(nil)

// New returns the provider of a package. If cloud is nil, the provider is offline.
func New(pkg *Package, cloud *Cloud) plugin.Provider {
	return &server{pkg: pkg, cloud: cloud}
}

func (s *server) Pkg() tokens.Package { return tokens.Package(s.pkg.Name) }

func (s *server) Close() error { return nil }

func (s *server) SignalCancellation(context.Context) error { return nil }

// Attach has to be implemented for providers that the engine did not start itself.
func (s *server) Attach(string) error { return nil }

func (s *server) Handshake(
	context.Context, plugin.ProviderHandshakeRequest,
) (*plugin.ProviderHandshakeResponse, error) {
	return &plugin.ProviderHandshakeResponse{
		AcceptSecrets: true, AcceptResources: true, AcceptOutputs: true, SupportsAutonamingConfiguration: true,
	}, nil
}

func (s *server) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	version, err := semver.ParseTolerant(s.pkg.Version)
	if err != nil {
		return plugin.PluginInfo{}, fmt.Errorf("version of the %s SDK: %w", s.pkg.Name, err)
	}
	return plugin.PluginInfo{Version: &version}, nil
}

func (s *server) CheckConfig(_ context.Context, req plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	failures := CheckConfig(s.pkg.Config, string(req.Type), req.News)
	return plugin.CheckConfigResponse{Properties: req.News, Failures: failures}, nil
}

func (s *server) DiffConfig(_ context.Context, req plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
	// No change of the configuration replaces all resources: those that depend on it have it in their own inputs.
	return DiffInputs(req.OldInputs, req.NewInputs, nil), nil
}

func (s *server) Configure(_ context.Context, req plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	s.config = DecodeConfig(s.pkg.Config, req.Inputs)
	return plugin.ConfigureResponse{}, nil
}

func (s *server) lookupResource(typ tokens.Type) (Resource, error) {
	definition, ok := s.pkg.Resources[string(typ)]
	if !ok {
		resourceTokens := s.pkg.resourceTokens()
		return Resource{}, fmt.Errorf(
			"the local %s provider has no resource type %q%s (it has %d, see local/internal/provider/%s)",
			s.pkg.Name, typ, didYouMean(string(typ), resourceTokens), len(resourceTokens), s.pkg.Name)
	}
	return definition, nil
}

func (s *server) newRequest(typ tokens.Type, urn resource.URN, id resource.ID, inputs resource.PropertyMap) (
	*Request, Resource, error,
) {
	definition, err := s.lookupResource(typ)
	if err != nil {
		return nil, definition, err
	}
	r := s.pkg.newRequest(definition.State, definition.Outputs)
	r.Type, r.URN, r.ID, r.Inputs = string(typ), urn, string(id), inputs
	r.Config, r.Cloud = s.config, s.cloud
	return r, definition, nil
}
