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

// Main runs a provider as a Pulumi plugin, as Serve does.
func Main(args []string, newProvider func(host *HostClient) (plugin.Provider, error)) error {
	return Serve(args, func(server *grpc.Server, engine string) error {
		host := &HostClient{}
		if engine != "" {
			var err error
			if host, err = dialEngine(engine); err != nil {
				return err
			}
		}
		provider, err := newProvider(host)
		if err != nil {
			return err
		}
		pulumirpc.RegisterResourceProviderServer(server, plugin.NewProviderServer(provider))
		return nil
	})
}

// Serve runs a Pulumi plugin: it serves on a loopback port, which it writes to stdout, until the engine ends. The last
// of args is the engine's address; without any, there is no engine. register adds the plugin's services to the server.
func Serve(args []string, register func(server *grpc.Server, engine string) error) error {
	// The engine stops a plugin with an interrupt and waits for it. Ctrl-C on a terminal does not arrive here: each
	// plugin has its own process group.
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()

	engine := ""
	if len(args) > 0 {
		engine = args[len(args)-1]
		if err := rpcutil.Healthcheck(ctx, engine, 2*time.Second, cancel); err != nil {
			return fmt.Errorf("connect to the engine at %s: %w", engine, err)
		}
	}
	stop := make(chan bool)
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: stop,
		Init:   func(server *grpc.Server) error { return register(server, engine) },
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
