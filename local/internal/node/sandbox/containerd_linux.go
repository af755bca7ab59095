package sandbox

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	goruntime "runtime"
	"time"

	"github.com/modelferry/modelferry/local/internal/images"
	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/hostdeps"
)

// startContainerd starts the image registry, pushes the pause image to it, and starts containerd.
func (n *node) startContainerd(ctx context.Context) error {
	if err := n.startRegistry(ctx); err != nil {
		return err
	}
	program, err := os.ReadFile(components.BinDir + "/pause")
	if err != nil {
		return fmt.Errorf("pause program: %w", err)
	}
	pause, err := images.New("pause", goruntime.GOARCH, program)
	if err != nil {
		return err
	}
	ref, err := images.Push(ctx, n.config.RegistryAddress()+"/pause", pause)
	if err != nil {
		return err
	}
	snapshotter, err := chooseSnapshotter(components.StackDir)
	if err != nil {
		return err
	}
	config, err := n.config.ContainerdConfig(components.ContainerdOptions{
		Snapshotter: snapshotter, PauseImage: ref, CNIPluginDir: hostdeps.FindCNIPluginDir(),
	})
	if err != nil {
		return err
	}
	if err := writeConfig("containerd.toml", config); err != nil {
		return err
	}
	if err := n.startProcess(n.config.Containerd(hostdeps.FindProgram("containerd"))); err != nil {
		return err
	}
	return n.waitReady(ctx, "containerd", func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "unix", components.ContainerdSocket)
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

func (n *node) startRegistry(ctx context.Context) error {
	handler, err := images.RegistryHandler(components.StackDir + "/data/registry")
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", n.config.RegistryAddress())
	if err != nil {
		return fmt.Errorf("image registry: %w", err)
	}
	// There is no timeout for a request, because images can be large.
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { n.fail(fmt.Errorf("image registry ended: %w", server.Serve(listener))) }()
	return nil
}

// startStore starts the object store.
func (n *node) startStore(ctx context.Context) error {
	store := n.config.ObjectStore(n.credentials.storeAccount)
	if err := n.startProcess(store); err != nil {
		return err
	}
	return n.waitReady(ctx, store.Name, httpProbe(n.config.StoreBackendURL()))
}
