package engine_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/engine"
)

// otherProgram is the name by which the test executable is the program createBuckets.
const otherProgram = "other-program"

// The base's program is an executable, and the new one runs in this process.
func TestBaseline_Preview(t *testing.T) {
	p := newRepository(t)
	executable, err := os.Executable()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), otherProgram)
	require.NoError(t, os.Symlink(executable, file))
	buckets := func(names ...any) map[string]any { return map[string]any{"modelferry:buckets": names} }

	base, err := engine.DeployOffline(t.Context(), engine.Options{
		Layout: p, ProgramFile: file, ConfigOverrides: buckets("models", "datasets"),
	})
	require.NoError(t, err)
	defer base.Close()
	for range 2 { // the state stays as it is
		summary, err := base.Preview(t.Context(), engine.Options{
			Layout: p, Program: createBuckets, ConfigOverrides: buckets("models", "logs"),
		})
		require.NoError(t, err)
		ops := map[string]apitype.OpType{}
		for _, step := range summary.Steps {
			ops[step.Name] = step.Op
		}
		require.Equal(t, map[string]apitype.OpType{"datasets": apitype.OpDelete, "logs": apitype.OpCreate}, ops)
	}
}

// The error of the base's program is reported, once.
func TestDeployOffline_programFails(t *testing.T) {
	p := newRepository(t)
	executable, err := os.Executable()
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), otherProgram)
	require.NoError(t, os.Symlink(executable, file))
	_, err = engine.DeployOffline(t.Context(), engine.Options{Layout: p, ProgramFile: file}) // buckets are not set
	require.ErrorContains(t, err, "exit status 2")
	_, err = engine.DeployOffline(t.Context(), engine.Options{Layout: p, ProgramFile: file + "-missing"})
	require.ErrorContains(t, err, "no such file")
}
