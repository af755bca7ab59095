// Package kubernetes is a Pulumi provider for Kubernetes objects, for where Pulumi's own is not installed. It
// applies with server-side apply, waits with kstatus, and names, diffs and replaces objects as Pulumi's does,
// so that one program and one state serve both.
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

// Version is that of the pulumi-kubernetes SDK in go.mod.
const Version = "4.32.0"

type server struct {
	plugin.UnimplementedProvider
	host             *provider.HostClient
	config           providerConfig
	cluster          *clusterClient // nil as long as the kubeconfig is not known, and when rendering
	operations       context.Context
	cancelOperations context.CancelFunc
}

var _ plugin.Provider = (*server)(nil)

// New makes a provider that reports to the engine. renderDir, when not empty, takes the objects as files in
// place of a cluster.
func New(engine *provider.HostClient, renderDir string) plugin.Provider {
	ctx, cancel := context.WithCancel(context.Background())
	return &server{host: engine, config: providerConfig{RenderDir: renderDir}, operations: ctx, cancelOperations: cancel}
}

func (s *server) Pkg() tokens.Package { return "kubernetes" }

func (s *server) Close() error { return nil }

// Attach is part of the protocol for a provider that the engine did not start itself.
func (s *server) Attach(string) error { return nil }

// SignalCancellation ends every wait; what is under way comes back as not ready.
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
	// A kubeconfig changes with every new token or certificate. Whether the cluster is another one shows in the
	// cluster resource's own replacement, on which everything in it depends.
	return provider.DiffInputs(req.OldInputs, req.NewInputs, nil), nil
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
	// In a plan without a cloud the kubeconfig is known, and its cluster is none to speak to.
	offline := strings.Contains(s.config.Kubeconfig, provider.OfflineCA)
	if s.config.hasUnknowns || s.config.RenderDir != "" || offline {
		return plugin.ConfigureResponse{}, nil
	}
	s.cluster, err = newClusterClient(s.config)
	return plugin.ConfigureResponse{}, err
}

func (s *server) Invoke(_ context.Context, req plugin.InvokeRequest) (plugin.InvokeResponse, error) {
	return plugin.InvokeResponse{}, fmt.Errorf(
		"%s: the local kubernetes provider has no functions: install Pulumi's own plugin for Helm, Kustomize and YAML files", req.Tok)
}

// connectedCluster is the cluster, or why there is none.
func (s *server) connectedCluster(urn resource.URN) (*clusterClient, error) {
	if s.cluster == nil {
		return nil, fmt.Errorf("%s: the provider's kubeconfig is not known yet", urn.Name())
	}
	return s.cluster, nil
}
