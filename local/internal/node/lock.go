package node

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// lock takes the right to start or stop the node of a place. The kernel gives it back when its holder dies.
func lock(p paths.Layout) (unlock func(), err error) {
	if err := os.MkdirAll(p.Dir(), 0o755); err != nil {
		return nil, fmt.Errorf("node's folder: %w", err)
	}
	held := flock.New(filepath.Join(p.Dir(), "node.lock"))
	ok, err := held.TryLock()
	if err != nil {
		return nil, fmt.Errorf("node's lock: %w", err)
	}
	if !ok {
		return nil, fmt.Errorf("node %s: %w", p.Stack, errLocked)
	}
	return func() { _ = held.Unlock() }, nil
}
