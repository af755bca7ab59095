package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// ErrStarterGone means that the process that started the node exited before the node had its PID.
var ErrStarterGone = errors.New("the process that started the node is gone")

// Options are the arguments of Run.
type Options struct {
	Layout  paths.Layout
	Range   network.Range
	Region  string // AWS region; empty on GKE
	Servers []Server
	// HostPID delivers the PID of this process in the host's PID namespace, once the host's end of the link exists.
	HostPID io.Reader
	// Progress receives one line for each step.
	Progress io.Writer
}

// node is a running node.
type node struct {
	Options
	config      components.NodeConfig
	reaper      *processReaper
	credentials credentials
	api         *apiClient
	// fail stops the node with a reason.
	fail context.CancelCauseFunc

	mu      sync.Mutex // guards Progress
	started time.Time
}

// Run runs the node until ctx ends. If a component exits or does not start, it returns the reason. The caller must then
// exit: this process is PID 1 of the node's PID namespace, so the kernel kills the remaining processes.
func Run(ctx context.Context, o Options) error {
	var pid int
	if _, err := fmt.Fscan(o.HostPID, &pid); err != nil {
		return ErrStarterGone
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	n := &node{
		Options: o, config: components.NodeConfig{Stack: o.Layout.Stack, Range: o.Range, Region: o.Region},
		reaper: newProcessReaper(), fail: fail, started: time.Now(),
	}
	if err := n.setupNamespaces(); err != nil {
		return err
	}
	if err := n.start(ctx); err != nil {
		return err
	}
	if err := n.writeInfo(pid); err != nil {
		return err
	}
	n.progressf("ready: API server %s, object store %s, image registry %s",
		n.config.APIServerURL(), n.config.StoreURL(), n.config.RegistryAddress())
	<-ctx.Done()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// setupNamespaces configures mounts, network and host name of the node's namespaces.
func (n *node) setupNamespaces() error {
	if err := unix.Sethostname([]byte(n.config.NodeName())); err != nil {
		return fmt.Errorf("host name: %w", err)
	}
	if err := setupMounts(n.Layout); err != nil {
		return err
	}
	for _, dir := range append(n.config.StoreDirs(), components.StackDir+"/log") {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("node's folder: %w", err)
		}
	}
	return network.ConfigurePeer(n.Range)
}

// start starts all components, in parallel where their dependencies allow it.
func (n *node) start(ctx context.Context) error {
	var err error
	if n.credentials, err = createCredentials(n.config, components.StackDir); err != nil {
		return err
	}
	n.api = newAPIClient(n.config.APIServerURL(), n.credentials.adminToken, n.credentials.authority.PEM())
	g, startCtx := errgroup.WithContext(ctx)
	containerdReady := make(chan struct{}) // closed when containerd is ready
	g.Go(func() error {
		if err := n.startContainerd(startCtx); err != nil {
			return err
		}
		close(containerdReady)
		return nil
	})
	g.Go(func() error { return n.startStore(startCtx) })
	g.Go(func() error { return n.startKubernetes(startCtx, containerdReady) })
	if err := g.Wait(); err != nil {
		// If a component exited, that is the reason, and not the failed probe of another one.
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	return n.startServers(ctx)
}

func (n *node) startServers(ctx context.Context) error {
	serverCtx := ServerContext{
		Node:       n.config,
		Dir:        components.StackDir,
		Authority:  n.credentials.authority,
		AdminToken: n.credentials.adminToken, StoreAccount: n.credentials.storeAccount,
	}
	for _, server := range n.Servers {
		exited, err := server.Start(ctx, serverCtx)
		if err != nil {
			return fmt.Errorf("%s: %w", server.Name, err)
		}
		go func() {
			if err := <-exited; err != nil {
				n.fail(fmt.Errorf("%s exited: %w", server.Name, err))
			}
		}()
		n.progressf("%s is ready", server.Name)
	}
	return nil
}

func (n *node) writeInfo(pid int) error {
	return nodeinfo.Info{
		Stack:           n.config.Stack,
		PID:             pid,
		Address:         n.Range.NodeIP().String(),
		HostAddress:     n.Range.HostIP().String(),
		APIServerURL:    n.config.APIServerURL(),
		CAData:          n.credentials.authority.PEM(),
		StoreURL:        n.config.StoreURL(),
		RegistryAddress: n.config.RegistryAddress(),
		OIDCIssuer:      n.config.APIServerURL(),
		Region:          n.config.Region,
		STSURL:          n.config.STSURL(),
	}.Write(components.StackDir + "/node.json")
}

// progressf writes a line of progress with the seconds since the start.
func (n *node) progressf(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	fmt.Fprintf(n.Progress, "%5.1f s  %s\n", time.Since(n.started).Seconds(), fmt.Sprintf(format, args...))
}
