package engine_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/repotest"
	"github.com/modelferry/modelferry/local/internal/stackfile"
	"github.com/modelferry/modelferry/stack"
)

// The program with the repository's config runs with the real engine: the local clouds have all resource types,
// properties and functions that it uses.
func TestRender_program(t *testing.T) {
	for _, name := range paths.Stacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			dir := t.TempDir()
			program := stack.Program{RenderDir: dir}
			summary, err := engine.Render(context.Background(),
				engine.Options{Layout: newProgramRepository(t, name), Program: program.Deploy, Out: &out})
			t.Log(out.String())
			require.NoError(t, err)
			require.Greater(t, summary.Created, 30)
			content, err := os.ReadFile(filepath.Join(dir, "deployment-bankchurn-predictor.yaml"))
			require.NoError(t, err)
			require.Contains(t, string(content), "initContainers:")
		})
	}
}

// allOptions returns config overrides that enable all options, as in make lint, and set a large artifact.
func allOptions(t *testing.T, p paths.Layout) map[string]any {
	t.Helper()
	values, err := stackfile.ReadValues(repotest.Path(t, "tools", "objects", "options."+p.Stack+".yaml"))
	require.NoError(t, err)
	file, err := stackfile.Read(p.Root, p.Stack, values)
	require.NoError(t, err)
	require.NoError(t, file.Set("modelferry:releases.chicagotaxi.artifacts.model.size=600MB"))
	return file.Overrides()
}

// The objects of every option pass the local clouds' checks.
func TestRender_everyOption(t *testing.T) {
	kinds := map[string][]string{
		"gke": {"ingress", "servicemonitor", "podmonitoring", "resourcequota", "limitrange"},
		"eks": {"ingress", "servicemonitor", "resourcequota", "limitrange", "persistentvolume", "persistentvolumeclaim"},
	}
	for _, name := range paths.Stacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			dir := t.TempDir()
			program := stack.Program{RenderDir: dir}
			p := newProgramRepository(t, name)
			_, err := engine.Render(context.Background(),
				engine.Options{Layout: p, Program: program.Deploy, ConfigOverrides: allOptions(t, p), Out: &out})
			require.NoError(t, err, out.String())
			for _, kind := range kinds[name] {
				found, err := filepath.Glob(filepath.Join(dir, kind+"-*.yaml"))
				require.NoError(t, err)
				require.NotEmpty(t, found, kind)
			}
			require.Contains(t, out.String(), "modelferry:releases.chicagotaxi.artifacts.model.size: each pod copies 600 MB when it starts")
		})
	}
}

// The program refuses credentials of another account than the administrators'.
func TestPreview_callerInAnotherAccount(t *testing.T) {
	preview := func(account string) error {
		program := stack.Program{RenderDir: t.TempDir()}
		_, err := engine.Preview(context.Background(), engine.Options{
			Layout: newProgramRepository(t, "eks"), Program: program.Deploy,
			ConfigOverrides: map[string]any{"aws:allowedAccountIds": []any{account}},
		})
		return err
	}
	require.NoError(t, preview("123456789012"))
	require.ErrorContains(t, preview("210987654321"), "must have a role or user of the account that pulumi runs in, 210987654321")
}

// The offline plan that is shown in a pull request.
func TestPreview_program(t *testing.T) {
	for _, name := range paths.Stacks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			program := stack.Program{RenderDir: t.TempDir()}
			summary, err := engine.Preview(context.Background(),
				engine.Options{Layout: newProgramRepository(t, name), Program: program.Deploy, Out: &out})
			require.NoError(t, err, out.String())
			require.Greater(t, summary.Created, 30)
			require.Contains(t, out.String(), "+ Deployment bankchurn\n")
			require.Contains(t, out.String(), "+ HorizontalPodAutoscaler nlpinsight\n")
		})
	}
}

// Pulumi's own Kubernetes plugin would connect to the cluster of the offline plan, and cannot write files to the
// directory.
func TestRender_officialPluginInstalled(t *testing.T) {
	plugins := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(plugins, "pulumi-resource-kubernetes"), []byte("#!/bin/sh\nexit 1\n"), 0o700))
	t.Setenv("PATH", plugins+string(os.PathListSeparator)+os.Getenv("PATH"))
	var out bytes.Buffer
	dir := t.TempDir()
	program := stack.Program{RenderDir: dir}
	o := engine.Options{Layout: newProgramRepository(t, "gke"), Program: program.Deploy, Out: &out}
	_, err := engine.Preview(t.Context(), o)
	require.NoError(t, err, out.String())
	_, err = engine.Render(t.Context(), o)
	require.NoError(t, err, out.String())
	require.FileExists(t, filepath.Join(dir, "deployment-bankchurn-predictor.yaml"))
}
