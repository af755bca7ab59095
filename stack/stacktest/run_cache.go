package stacktest

import (
	"encoding/json"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack"
)

// runPair is the program run twice with the same settings: as a first preview,
// and as an update.
type runPair struct {
	preview, update *Record
	// diff of the two.
	diff []string
}

// runCache remembers runs by stack and settings, for tests that only read the
// record: most ask for the stacks as they lie in the repository.
type runCache map[string]runPair

var cachedRuns = runCache{}

func (c runCache) get(stack string, s configtest.Settings) (runPair, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return runPair{}, err
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

func runBoth(name string, s configtest.Settings) (both runPair, err error) {
	if both.preview, err = runStack(name, s, true); err != nil {
		return both, err
	}
	if both.update, err = runStack(name, s, false); err != nil {
		return both, err
	}
	both.diff = DiffPreview(both.preview, both.update)
	return both, nil
}

func runStack(name string, s configtest.Settings, preview bool) (*Record, error) {
	program := stack.Program{ConfigKeys: s.Keys()}
	return Run(program.RegisterResources, name, s, preview)
}
