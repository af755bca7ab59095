package node

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// lock takes the lock for starting and stopping the node of a stack. The kernel releases it when the process exits.
func lock(layout paths.Layout) (unlock func(), err error) {
	if err := os.MkdirAll(layout.Dir(), 0o755); err != nil {
		return nil, fmt.Errorf("node's folder: %w", err)
	}
	file := flock.New(filepath.Join(layout.Dir(), "node.lock"))
	ok, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("node's lock: %w", err)
	}
	if !ok {
		return nil, fmt.Errorf("node %s: %w", layout.Stack, errLocked)
	}
	return func() { _ = file.Unlock() }, nil
}
