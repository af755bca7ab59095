package deploy

import (
	"fmt"
	"os"

	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Down stops a stack's local cloud and removes its data. wasRunning reports whether there was anything to remove.
func Down(layout paths.Layout) (wasRunning bool, err error) {
	unlock, err := Lock(layout)
	if err != nil {
		return false, err
	}
	defer unlock()
	_, err = os.Stat(layout.Dir())
	wasRunning = err == nil
	if err := node.Stop(layout); err != nil {
		return wasRunning, err
	}
	if err := os.RemoveAll(layout.Dir()); err != nil {
		return wasRunning, fmt.Errorf("data of %s: %w", layout.Stack, err)
	}
	return wasRunning, nil
}
