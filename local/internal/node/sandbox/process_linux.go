package sandbox

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/modelferry/modelferry/local/internal/node/components"
)

// readyTimeout is the time for a component to become ready. The API server takes 3 s on two idle cores.
const readyTimeout = 120 * time.Second

// startProcess starts a process. If it exits, the node stops, because a partial cluster would be hard to debug.
func (n *node) startProcess(p components.Process) error {
	log := filepath.Join(components.StackDir, "log", p.Name+".log")
	exited, err := n.reaper.start(p, log)
	if err != nil {
		return err
	}
	go func() {
		status := <-exited
		n.fail(fmt.Errorf("%s exited (%s): %s: see %s", p.Name, exitReason(status), lastLine(log), n.Layout.Log(p.Name)))
	}()
	return nil
}

// waitReady repeats the probe until it succeeds, and reports that the component is ready.
func (n *node) waitReady(ctx context.Context, name string, probe func(context.Context) error) error {
	timeout := time.After(readyTimeout)
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for {
		err := probe(ctx)
		if err == nil {
			n.progressf("%s is ready", name)
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-timeout:
			return fmt.Errorf("%s is not ready after %s: %w: see %s", name, readyTimeout, err, n.Layout.Log(name))
		case <-tick.C:
		}
	}
}
