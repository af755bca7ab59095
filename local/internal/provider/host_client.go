package provider

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// HostClient sends log messages to the engine that started this plugin. The zero value discards them.
type HostClient struct{ client pulumirpc.EngineClient }

func dialEngine(engineAddress string) (*HostClient, error) {
	conn, err := grpc.NewClient(engineAddress,
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return nil, fmt.Errorf("connect to the engine at %s: %w", engineAddress, err)
	}
	return &HostClient{pulumirpc.NewEngineClient(conn)}, nil
}

// LogStatus shows what a resource waits for. The next status replaces it.
func (e *HostClient) LogStatus(ctx context.Context, urn resource.URN, message string) {
	e.log(ctx, &pulumirpc.LogRequest{
		Severity: pulumirpc.LogSeverity_INFO, Urn: string(urn), Message: message, Ephemeral: true,
	})
}

// LogWarning adds a warning to the operation's diagnostics.
func (e *HostClient) LogWarning(ctx context.Context, urn resource.URN, message string) {
	e.log(ctx, &pulumirpc.LogRequest{Severity: pulumirpc.LogSeverity_WARNING, Urn: string(urn), Message: message})
}

func (e *HostClient) log(ctx context.Context, req *pulumirpc.LogRequest) {
	if e == nil || e.client == nil {
		return
	}
	_, _ = e.client.Log(ctx, req) // best effort: this process ends with the engine
}
