package deploy

import (
	"fmt"
	"os"

	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Down ends a stack's local cloud with all that it held. ended is false when
// there was nothing to end.
func Down(p paths.Layout) (ended bool, err error) {
	unlock, err := Lock(p)
	if err != nil {
		return false, err
	}
	defer unlock()
	_, err = os.Stat(p.Dir())
	ended = err == nil
	if err := node.Stop(p); err != nil {
		return ended, err
	}
	if err := os.RemoveAll(p.Dir()); err != nil {
		return ended, fmt.Errorf("data of %s: %w", p.Stack, err)
	}
	return ended, nil
}
