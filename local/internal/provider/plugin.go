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

// Main runs a provider as a Pulumi plugin: it serves on a loopback port, which it writes to stdout, until the engine
// ends. The last of args is the engine's address.
func Main(args []string, newProvider func(host *HostClient) (plugin.Provider, error)) error {
	// The engine stops a plugin with an interrupt and waits for it. Ctrl-C on a terminal does not arrive here: each
	// plugin has its own process group.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()

	host := &HostClient{}
	if len(args) > 0 {
		address := args[len(args)-1]
		if err := rpcutil.Healthcheck(ctx, address, 2*time.Second, cancel); err != nil {
			return fmt.Errorf("connect to the engine at %s: %w", address, err)
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
	fmt.Println(handle.Port) // the engine reads the port from the first line
	go func() {
		<-ctx.Done()
		close(stop)
	}()
	return <-handle.Done
}
