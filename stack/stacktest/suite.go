package stacktest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
)

// Up returns what the program registers on a stack with some values set.
func Up(t *testing.T, stack string, set map[string]any) *Record {
	t.Helper()
	return RunSettings(t, Settings(t, stack, set), stack, false)
}

// RunRepositoryStack returns what the program registers on a stack as it lies in the
// repository.
func RunRepositoryStack(t *testing.T, stack string, preview bool) *Record {
	t.Helper()
	return RunSettings(t, Settings(t, stack, nil), stack, preview)
}

// RunSettings returns what the program registers in an update, or in a first preview.
// Whichever a test is about, both have run, and the plan that a person said yes
// to is what was done.
func RunSettings(t *testing.T, s configtest.Settings, stack string, preview bool) *Record {
	t.Helper()
	both, err := cachedRuns.get(stack, s)
	require.NoError(t, err)
	require.Empty(t, both.diff, "the preview is not what the update does")
	if preview {
		return both.preview
	}
	return both.update
}

// ForEachPlatform runs a test on every cloud, with the stacks as they lie in the
// repository, for an update and for a first preview.
func ForEachPlatform(t *testing.T, test func(t *testing.T, p Platform, r *Record)) {
	t.Helper()
	for _, p := range Platforms {
		for _, preview := range []bool{false, true} {
			name := p.Stack + map[bool]string{false: "/up", true: "/preview"}[preview]
			t.Run(name, func(t *testing.T) { test(t, p, RunRepositoryStack(t, p.Stack, preview)) })
		}
	}
}

// ForEachService runs a test on every service on every cloud.
func ForEachService(t *testing.T, test func(t *testing.T, p Platform, s Service, r *Record)) {
	ForEachPlatform(t, func(t *testing.T, p Platform, r *Record) {
		for _, s := range Services {
			t.Run(s.Name, func(t *testing.T) { test(t, p, s, r) })
		}
	})
}

// RunUncached runs the program once, for tests that change the record.
func RunUncached(t require.TestingT, stack string, s configtest.Settings, preview bool) *Record {
	record, err := runStack(stack, s, preview)
	require.NoError(t, err)
	return record
}
