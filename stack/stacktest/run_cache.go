package stacktest

import (
	"encoding/json"

	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/stack"
)

// runPair is the first preview and the update of a stack with the same settings.
type runPair struct {
	preview, update *Record
	// diff is the result of DiffPreview.
	diff []string
}

// runCache holds runs by stack and settings, because most tests read a run of the repository's stacks.
type runCache map[string]runPair

var cachedRuns = runCache{}

func (c runCache) get(stack string, s configtest.Settings) (runPair, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return runPair{}, err
	}
	key := stack + string(text)
	if runs, ok := c[key]; ok {
		return runs, nil
	}
	runs, err := runBoth(stack, s)
	if err == nil {
		c[key] = runs
	}
	return runs, err
}

func runBoth(stack string, s configtest.Settings) (runs runPair, err error) {
	if runs.preview, err = runStack(stack, s, true); err != nil {
		return runs, err
	}
	if runs.update, err = runStack(stack, s, false); err != nil {
		return runs, err
	}
	runs.diff = DiffPreview(runs.preview, runs.update)
	return runs, nil
}

func runStack(name string, s configtest.Settings, preview bool) (*Record, error) {
	program := stack.Program{ConfigKeys: s.Keys()}
	return Run(program.RegisterResources, name, s, preview)
}
