package stacktest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
)

// Up returns what an update of a stack registers, with some config values set by path.
func Up(t *testing.T, stack string, set map[string]any) *Record {
	t.Helper()
	return RunStack(t, stack, set, false)
}

// RunStack returns what an update or the first preview of a stack registers, with some config values set by path.
func RunStack(t *testing.T, stack string, set map[string]any, preview bool) *Record {
	t.Helper()
	return RunSettings(t, stack, Settings(t, stack, set), preview)
}

// RunSettings returns what an update or the first preview of a stack with the given settings registers. It always
// runs both, and fails the test when the preview differs from the update. Callers must not change the record.
func RunSettings(t *testing.T, stack string, s configtest.Settings, preview bool) *Record {
	t.Helper()
	runs, err := cachedRuns.get(stack, s)
	require.NoError(t, err)
	require.Empty(t, runs.diff, "the preview differs from the update")
	if preview {
		return runs.preview
	}
	return runs.update
}

// RunUncached runs the program once and returns what it registers. Callers may change the record.
func RunUncached(t require.TestingT, stack string, s configtest.Settings, preview bool) *Record {
	record, err := runStack(stack, s, preview)
	require.NoError(t, err)
	return record
}

// ForEachPlatform runs a test for an update and a first preview of each cloud's stack in the repository.
func ForEachPlatform(t *testing.T, test func(t *testing.T, p Platform, r *Record)) {
	t.Helper()
	for _, p := range Platforms {
		for _, preview := range []bool{false, true} {
			t.Run(RunName(p, preview), func(t *testing.T) { test(t, p, RunStack(t, p.Stack, nil, preview)) })
		}
	}
}

// RunName returns the name of the subtest for an update or a first preview of a cloud's stack.
func RunName(p Platform, preview bool) string {
	if preview {
		return p.Stack + "/preview"
	}
	return p.Stack + "/up"
}

// ForEachService runs a test for each service in an update and a first preview of each cloud's stack.
func ForEachService(t *testing.T, test func(t *testing.T, p Platform, s Service, r *Record)) {
	t.Helper()
	ForEachPlatform(t, func(t *testing.T, p Platform, r *Record) {
		for _, s := range Services {
			t.Run(s.Name, func(t *testing.T) { test(t, p, s, r) })
		}
	})
}
