package stack

import (
	"encoding/json"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack/stacktest"
)

// ranBoth is the program run twice with the same settings: as a first preview,
// and as an update.
type ranBoth struct {
	preview, update *stacktest.Record
	// Disagreements of the two.
	disagreements []string
}

// runCache remembers runs by stack and settings, for tests that only read the
// record: most ask for the stacks as they lie in the repository.
type runCache map[string]ranBoth

var runs = runCache{}

func (c runCache) of(stack string, s configtest.Settings) (ranBoth, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return ranBoth{}, err
	}
	key := stack + string(text)
	if both, ok := c[key]; ok {
		return both, nil
	}
	both, err := runBoth(stack, s)
	if err == nil {
		c[key] = both
	}
	return both, err
}

func runBoth(stack string, s configtest.Settings) (both ranBoth, err error) {
	program := Stack{Keys: s.Keys()}
	if both.preview, err = stacktest.Run(program.declare, stack, s, true); err != nil {
		return both, err
	}
	if both.update, err = stacktest.Run(program.declare, stack, s, false); err != nil {
		return both, err
	}
	both.disagreements = stacktest.Disagreements(both.preview, both.update)
	return both, nil
}
