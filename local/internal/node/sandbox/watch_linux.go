package sandbox

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"github.com/modelferry/modelferry/local/internal/node/components"
)

// patience is how long a part may take to answer: the API server takes three seconds on two idle cores.
const patience = 120 * time.Second

// run starts a process. Its end, whenever that is, ends the node: half a cluster would only make riddles.
func (n *node) run(p components.Process) error {
	log := filepath.Join(components.Dir, "log", p.Name+".log")
	ended, err := n.children.start(p, log)
	if err != nil {
		return err
	}
	go func() {
		status := <-ended
		n.fail(fmt.Errorf("%s ended (%s): %s: see %s", p.Name, describe(status), lastLine(log), n.Place.Log(p.Name)))
	}()
	return nil
}

// await asks until it is answered, and says so.
func (n *node) await(ctx context.Context, name string, ask func(context.Context) error) error {
	late := time.After(patience)
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ask(ctx)
		if err == nil {
			n.say("%s is ready", name)
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-late:
			return fmt.Errorf("%s is not ready after %s: %w: see %s", name, patience, err, n.Place.Log(name))
		case <-tick.C:
		}
	}
}
