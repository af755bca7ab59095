package deploy

import (
	"fmt"
	"os"

	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Down stops a stack's local cloud and removes its data. existed reports whether it had any, running or not.
func Down(layout paths.Layout) (existed bool, err error) {
	unlock, err := Lock(layout)
	if err != nil {
		return false, err
	}
	defer unlock()
	_, err = os.Stat(layout.Dir())
	existed = err == nil
	if err := node.Stop(layout); err != nil {
		return existed, err
	}
	if err := os.RemoveAll(layout.Dir()); err != nil {
		return existed, fmt.Errorf("data of %s: %w", layout.Stack, err)
	}
	return existed, nil
}
