// Package official lets the official aws and gcp plugins check the plan of a new stack, without an account: they
// validate and plan every resource, with placeholder credentials. What a program looks up in the cloud is answered by
// the local provider.
package official

import (
	"context"
	"fmt"
	"sync"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// Unavailable begins the errors of an official plugin that cannot be started or configured. The plan itself was not
// refused.
const Unavailable = "official provider is not available: "

// server implements the calls of a preview with an empty state. The others are those of the local provider.
type server struct {
	pulumirpc.ResourceProviderServer

	name string
	// start starts the official plugin, once.
	start func() (pulumirpc.ResourceProviderClient, error)
}

// Main runs the provider of a package as a plugin, with the official plugin at path. The last of args is the engine's
// address.
func Main(args []string, pkg *provider.Package, path string) error {
	plugin := &process{}
	defer plugin.kill()
	return provider.Serve(args, func(s *grpc.Server, engine string) error {
		pulumirpc.RegisterResourceProviderServer(s, newServer(pkg, func() (pulumirpc.ResourceProviderClient, error) {
			return plugin.start(path, engine)
		}))
		return nil
	})
}

func newServer(pkg *provider.Package, start func() (pulumirpc.ResourceProviderClient, error)) *server {
	return &server{
		ResourceProviderServer: plugin.NewProviderServer(provider.New(pkg, nil)), name: pkg.Name,
		start: sync.OnceValues(start),
	}
}

func (s *server) unavailable(err error) error {
	return fmt.Errorf("%s%s: %w", Unavailable, s.name, err)
}

// CheckConfig has the official plugin check the configuration, which it does with its credentials.
func (s *server) CheckConfig(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	response, err := s.ResourceProviderServer.CheckConfig(ctx, req)
	if err != nil || len(response.GetFailures()) > 0 {
		return response, err
	}
	client, err := s.start()
	if err != nil {
		return nil, s.unavailable(err)
	}
	offline := proto.CloneOf(req)
	offline.News = s.offlineConfig(req.GetNews())
	checked, err := client.CheckConfig(ctx, offline)
	if err != nil {
		return nil, s.unavailable(err)
	}
	response.Failures = checked.GetFailures()
	return response, nil
}

// Configure configures both providers.
func (s *server) Configure(ctx context.Context, req *pulumirpc.ConfigureRequest) (*pulumirpc.ConfigureResponse, error) {
	client, err := s.start()
	if err != nil {
		return nil, s.unavailable(err)
	}
	offline := proto.CloneOf(req)
	offline.Args = s.offlineConfig(req.GetArgs())
	variables := map[string]string{}
	for key, value := range offline.GetArgs().GetFields() {
		if text, ok := value.GetKind().(*structpb.Value_StringValue); ok {
			variables[s.name+":config:"+key] = text.StringValue
		}
	}
	offline.Variables = variables //nolint:staticcheck // the engine sets it, so that it would have other credentials
	if _, err := client.Configure(ctx, offline); err != nil {
		return nil, s.unavailable(err)
	}
	return s.ResourceProviderServer.Configure(ctx, req)
}

// Check validates a resource's inputs, first with the local provider, whose messages are more specific.
func (s *server) Check(ctx context.Context, req *pulumirpc.CheckRequest) (*pulumirpc.CheckResponse, error) {
	response, err := s.ResourceProviderServer.Check(ctx, req)
	if err != nil || len(response.GetFailures()) > 0 {
		return response, err
	}
	client, err := s.start()
	if err != nil {
		return nil, s.unavailable(err)
	}
	return client.Check(ctx, req)
}

// Create plans the creation of a resource. Values that only the cloud knows are unknown.
func (s *server) Create(ctx context.Context, req *pulumirpc.CreateRequest) (*pulumirpc.CreateResponse, error) {
	if !req.GetPreview() {
		return nil, fmt.Errorf("%s: only a preview may use the official %s plugin without an account", req.GetUrn(), s.name)
	}
	client, err := s.start()
	if err != nil {
		return nil, s.unavailable(err)
	}
	return client.Create(ctx, req)
}

// offlineConfig returns a configuration with which the official plugin needs no account.
func (s *server) offlineConfig(config *structpb.Struct) *structpb.Struct {
	return offlineConfigs[s.name].apply(config)
}
