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

// startRuntime brings up the image registry, with the image of a pod's sandbox in it, and containerd.
func (n *node) startRuntime(ctx context.Context) error {
	if err := n.serveRegistry(ctx); err != nil {
		return err
	}
	program, err := os.ReadFile(components.Bin + "/pause")
	if err != nil {
		return fmt.Errorf("program of a pod's sandbox: %w", err)
	}
	pause, err := images.New("pause", goruntime.GOARCH, program)
	if err != nil {
		return err
	}
	ref, err := images.Push(ctx, n.site.Registry()+"/pause", pause)
	if err != nil {
		return err
	}
	stacking, err := snapshotter(components.Dir)
	if err != nil {
		return err
	}
	config, err := n.site.ContainerdConfig(components.Runtime{Snapshotter: stacking, Pause: ref, Plugins: hostdeps.Plugins()})
	if err != nil {
		return err
	}
	if err := put("containerd.toml", config); err != nil {
		return err
	}
	if err := n.run(n.site.Containerd(hostdeps.Find("containerd"))); err != nil {
		return err
	}
	return n.await(ctx, "containerd", func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "unix", components.Socket)
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

func (n *node) serveRegistry(ctx context.Context) error {
	handler, err := images.RegistryHandler(components.Dir + "/data/registry")
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", n.site.Registry())
	if err != nil {
		return fmt.Errorf("image registry: %w", err)
	}
	// No limit on a whole request: an image is as large as it is.
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { n.fail(fmt.Errorf("image registry ended: %w", server.Serve(listener))) }()
	return nil
}

// startStore brings up the object store.
func (n *node) startStore(ctx context.Context) error {
	store := n.site.ObjectStore(n.keys.store)
	if err := n.run(store); err != nil {
		return err
	}
	return n.await(ctx, store.Name, answers(n.site.Store()))
}
