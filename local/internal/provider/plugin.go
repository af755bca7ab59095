package provider

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// Main runs a provider as Pulumi runs its plugins: it writes its port on stdout, serves on loopback, and ends
// when the engine, whose address is the last argument, is gone.
func Main(args []string, newProvider func(host *HostClient) (plugin.Provider, error)) error {
	// The engine ends a plugin by an interrupt and waits for it. A person's Ctrl-C does not come here: every plugin
	// has a process group of its own.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()

	host := &HostClient{}
	if len(args) > 0 {
		address := args[len(args)-1]
		if err := rpcutil.Healthcheck(ctx, address, 2*time.Second, cancel); err != nil {
			return fmt.Errorf("reach the engine at %s: %w", address, err)
		}
		var err error
		if host, err = dialEngine(address); err != nil {
			return err
		}
	}
	provider, err := newProvider(host)
	if err != nil {
		return err
	}
	stop := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init: func(srv *grpc.Server) error {
			pulumirpc.RegisterResourceProviderServer(srv, plugin.NewProviderServer(provider))
			return nil
		},
	})
	if err != nil {
		return err
	}
	fmt.Println(handle.Port) // the engine waits for this line
	go func() {
		<-ctx.Done()
		close(stop)
	}()
	return <-handle.Done
}
