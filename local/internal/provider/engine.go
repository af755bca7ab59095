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

// Engine is the way back to the engine that started this plugin. The zero value swallows everything.
type Engine struct{ client pulumirpc.EngineClient }

func dial(address string) (*Engine, error) {
	conn, err := grpc.NewClient(address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions())
	if err != nil {
		return nil, fmt.Errorf("reach the engine at %s: %w", address, err)
	}
	return &Engine{pulumirpc.NewEngineClient(conn)}, nil
}

// Status shows what a resource waits for; the next status takes its place.
func (e *Engine) Status(ctx context.Context, urn resource.URN, message string) {
	e.log(ctx, &pulumirpc.LogRequest{
		Severity: pulumirpc.LogSeverity_INFO, Urn: string(urn), Message: message, Ephemeral: true,
	})
}

// Warn leaves a warning in the run's diagnostics.
func (e *Engine) Warn(ctx context.Context, urn resource.URN, message string) {
	e.log(ctx, &pulumirpc.LogRequest{Severity: pulumirpc.LogSeverity_WARNING, Urn: string(urn), Message: message})
}

func (e *Engine) log(ctx context.Context, req *pulumirpc.LogRequest) {
	if e == nil || e.client == nil {
		return
	}
	_, _ = e.client.Log(ctx, req) // progress only: an engine that is gone ends this process anyway
}
