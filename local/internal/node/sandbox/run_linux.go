package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"

	"github.com/modelferry/modelferry/local/internal/node/components"
	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/node/nodeinfo"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// ErrAlone is that whoever started the node was gone before it could begin.
var ErrAlone = errors.New("who started the node is gone")

// Options are what a node is.
type Options struct {
	Place   paths.Place
	Range   network.Range
	Region  string // AWS region; empty on GKE
	Servers []Server
	// Begin gives the process's id as the host counts, once the host's end of the link is there.
	Begin io.Reader
	// Progress gets a line for each step.
	Progress io.Writer
}

// node is a node while it runs.
type node struct {
	Options
	site     components.Site
	children *children
	keys     keys
	api      *api
	// fail ends the node with a reason.
	fail context.CancelCauseFunc

	mu    sync.Mutex // of Progress
	begun time.Time
}

// Run is the node: it returns when ctx ends, or with the reason when a part of it ends or does not start. The
// caller then exits, and the kernel ends what is left.
func Run(ctx context.Context, o Options) error {
	var pid int
	if _, err := fmt.Fscan(o.Begin, &pid); err != nil {
		return ErrAlone
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	n := &node{
		Options: o, site: components.Site{Stack: o.Place.Stack, Range: o.Range, Region: o.Region},
		children: newChildren(), fail: fail, begun: time.Now(),
	}
	if err := n.enter(); err != nil {
		return err
	}
	if err := n.start(ctx); err != nil {
		return err
	}
	if err := n.tell(pid); err != nil {
		return err
	}
	n.say("ready: API server %s, object store %s, image registry %s", n.site.API(), n.site.Store(), n.site.Registry())
	<-ctx.Done()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}

// enter makes the namespaces the node's own.
func (n *node) enter() error {
	if err := unix.Sethostname([]byte(n.site.Name())); err != nil {
		return fmt.Errorf("host name: %w", err)
	}
	if err := mounts(n.Place); err != nil {
		return err
	}
	for _, dir := range append(n.site.StoreFolders(), components.Dir+"/log") {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return fmt.Errorf("node's folder: %w", err)
		}
	}
	return network.Arrive(n.Range)
}

// start brings everything up, as much side by side as its dependencies allow.
func (n *node) start(ctx context.Context) error {
	var err error
	if n.keys, err = prepareKeys(n.site, components.Dir); err != nil {
		return err
	}
	n.api = newAPI(n.site.API(), n.keys.admin, n.keys.authority.PEM())
	g, starting := errgroup.WithContext(ctx)
	runtime := make(chan struct{}) // closed when containerd answers
	g.Go(func() error {
		if err := n.startRuntime(starting); err != nil {
			return err
		}
		close(runtime)
		return nil
	})
	g.Go(func() error { return n.startStore(starting) })
	g.Go(func() error { return n.startKubernetes(starting, runtime) })
	if err := g.Wait(); err != nil {
		// A part that ended is the reason; that another then asked in vain is not.
		if cause := context.Cause(ctx); cause != nil {
			return cause
		}
		return err
	}
	return n.startServers(ctx)
}

func (n *node) startServers(ctx context.Context) error {
	host := Host{Site: n.site, Dir: components.Dir, Authority: n.keys.authority, Token: n.keys.admin}
	for _, server := range n.Servers {
		if !slices.Contains(server.Stacks, n.site.Stack) {
			continue
		}
		ended, err := server.Start(ctx, host)
		if err != nil {
			return fmt.Errorf("%s: %w", server.Name, err)
		}
		go func() {
			if err := <-ended; err != nil {
				n.fail(fmt.Errorf("%s ended: %w", server.Name, err))
			}
		}()
		n.say("%s answers", server.Name)
	}
	return nil
}

func (n *node) tell(pid int) error {
	return nodeinfo.Info{
		Stack:      n.site.Stack,
		PID:        pid,
		Address:    n.Range.Node().String(),
		APIServer:  n.site.API(),
		CAData:     n.keys.authority.PEM(),
		Store:      n.site.Store(),
		Registry:   n.site.Registry(),
		OIDCIssuer: n.site.API(),
		Region:     n.site.Region,
		STS:        n.site.STS(),
	}.Write(components.Dir + "/node.json")
}

// say writes a line of progress, with the seconds since the start.
func (n *node) say(format string, args ...any) {
	n.mu.Lock()
	defer n.mu.Unlock()
	fmt.Fprintf(n.Progress, "%5.1f s  %s\n", time.Since(n.begun).Seconds(), fmt.Sprintf(format, args...))
}
