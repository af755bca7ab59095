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

// HostClient is the way back to the engine that started this plugin. The zero value swallows everything.
type HostClient struct{ client pulumirpc.EngineClient }

func dialEngine(engineAddress string) (*HostClient, error) {
	conn, err := grpc.NewClient(engineAddress,
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return nil, fmt.Errorf("reach the engine at %s: %w", engineAddress, err)
	}
	return &HostClient{pulumirpc.NewEngineClient(conn)}, nil
}

// LogStatus shows what a resource waits for; the next status takes its place.
func (e *HostClient) LogStatus(ctx context.Context, urn resource.URN, message string) {
	e.log(ctx, &pulumirpc.LogRequest{
		Severity: pulumirpc.LogSeverity_INFO, Urn: string(urn), Message: message, Ephemeral: true,
	})
}

// LogWarning leaves a warning in the run's diagnostics.
func (e *HostClient) LogWarning(ctx context.Context, urn resource.URN, message string) {
	e.log(ctx, &pulumirpc.LogRequest{Severity: pulumirpc.LogSeverity_WARNING, Urn: string(urn), Message: message})
}

func (e *HostClient) log(ctx context.Context, req *pulumirpc.LogRequest) {
	if e == nil || e.client == nil {
		return
	}
	_, _ = e.client.Log(ctx, req) // progress only: an engine that is gone ends this process anyway
}
