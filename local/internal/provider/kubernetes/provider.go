// Package kubernetes is a Pulumi provider for Kubernetes objects, for machines without the official plugin. It uses
// server-side apply and awaits readiness with kstatus. Autonaming, diffs, replacements, the state and the field
// managers are those of pulumi-kubernetes, so that each can continue with a stack of the other.
package kubernetes

import (
	"context"
	"fmt"
	"strings"

	"github.com/blang/semver"
	sdk "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// Version is the version of the pulumi-kubernetes SDK in go.mod.
const Version = "4.32.0"

// RenderDirEnv is the environment variable with the directory for the objects of a program that names a cluster.
// Nothing is applied then, and no cluster is contacted.
const RenderDirEnv = "MODELFERRY_RENDER_DIR"

type server struct {
	plugin.UnimplementedProvider
	host             *provider.HostClient
	config           providerConfig
	cluster          *clusterClient  // nil if the kubeconfig is unknown or for rendering
	operations       context.Context // canceled by SignalCancellation
	cancelOperations context.CancelFunc
}

var _ plugin.Provider = (*server)(nil)

// New returns a provider that sends its status messages to host. If renderDir is not empty, objects are written to that
// directory as YAML files and no cluster is used.
func New(engine *provider.HostClient, renderDir string) plugin.Provider {
	ctx, cancel := context.WithCancel(context.Background())
	return &server{host: engine, config: providerConfig{RenderDir: renderDir}, operations: ctx, cancelOperations: cancel}
}

func (s *server) Pkg() tokens.Package { return "kubernetes" }

func (s *server) Close() error { return nil }

// Attach has to be implemented for providers that the engine did not start itself.
func (s *server) Attach(string) error { return nil }

// SignalCancellation ends all operations. Objects that are being awaited are reported as not ready.
func (s *server) SignalCancellation(context.Context) error {
	s.cancelOperations()
	return nil
}

func (s *server) Handshake(
	context.Context, plugin.ProviderHandshakeRequest,
) (*plugin.ProviderHandshakeResponse, error) {
	return &plugin.ProviderHandshakeResponse{
		AcceptSecrets: true, AcceptResources: true, AcceptOutputs: true, SupportsAutonamingConfiguration: true,
	}, nil
}

func (s *server) GetPluginInfo(context.Context) (plugin.PluginInfo, error) {
	version := semver.MustParse(Version)
	return plugin.PluginInfo{Version: &version}, nil
}

func (s *server) CheckConfig(_ context.Context, req plugin.CheckConfigRequest) (plugin.CheckConfigResponse, error) {
	failures := provider.CheckConfig(sdk.ProviderArgs{}, string(req.Type), req.News)
	if len(failures) == 0 {
		failures = checkUnsupported(provider.DecodeConfig(sdk.ProviderArgs{}, req.News))
	}
	return plugin.CheckConfigResponse{Properties: req.News, Failures: failures}, nil
}

func (s *server) DiffConfig(_ context.Context, req plugin.DiffConfigRequest) (plugin.DiffConfigResponse, error) {
	replaceKeys, err := replaceKeysOfConfig(req.OldInputs, req.NewInputs)
	return provider.DiffInputs(req.OldInputs, req.NewInputs, replaceKeys), err
}

func (s *server) Configure(_ context.Context, req plugin.ConfigureRequest) (plugin.ConfigureResponse, error) {
	renderDir := s.config.RenderDir
	var err error
	if s.config, err = parseConfig(provider.DecodeConfig(sdk.ProviderArgs{}, req.Inputs)); err != nil {
		return plugin.ConfigureResponse{}, err
	}
	if renderDir != "" {
		s.config.RenderDir = renderDir
	}
	// In an offline plan the kubeconfig is known, but its cluster does not exist.
	offline := strings.Contains(s.config.Kubeconfig, provider.OfflineCA)
	if s.config.hasUnknowns || s.config.RenderDir != "" || offline {
		return plugin.ConfigureResponse{}, nil
	}
	s.cluster, err = newClusterClient(s.config)
	return plugin.ConfigureResponse{}, err
}

func (s *server) Invoke(_ context.Context, req plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	return plugin.InvokeResponse{}, fmt.Errorf(
		"%s: the local kubernetes provider has no functions: install Pulumi's kubernetes plugin for Helm, Kustomize and YAML files",
		req.Tok)
}

// connectedCluster returns the cluster, or an error if it is unknown yet.
func (s *server) connectedCluster(urn resource.URN) (*clusterClient, error) {
	if s.cluster == nil {
		return nil, fmt.Errorf("%s: the provider's kubeconfig is unknown", urn.Name())
	}
	return s.cluster, nil
}
