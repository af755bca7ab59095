package outputs_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/outputs"
)

// installCLI puts a pulumi CLI on PATH that is a shell script.
func installCLI(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "pulumi"), []byte("#!/bin/sh\n"+script), 0o700))
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
}

func TestRead(t *testing.T) {
	installCLI(t, `test "$*" = "stack output --json --show-secrets --stack gke --non-interactive --color never" || exit 1
	echo '{"cloud": "gke", "namespace": "ml", "kubeconfig": "{}", "buckets": {"models": "demo-models"}, "services": {"churn": {"url": "x"}}}'`)
	o, err := outputs.Read(t.Context(), t.TempDir(), "gke")
	require.NoError(t, err)
	require.Equal(t, outputs.Outputs{
		Namespace: "ml", Kubeconfig: "{}", Buckets: map[string]string{"models": "demo-models"},
	}, o)
}

func TestRead_errors(t *testing.T) {
	installCLI(t, "echo '{}'")
	_, err := outputs.Read(t.Context(), t.TempDir(), "gke")
	require.ErrorIs(t, err, outputs.ErrNone)
	require.EqualError(t, err, "the stack has no outputs: run pulumi up -s gke first")

	installCLI(t, "echo 'error: no stack named gke found' >&2; exit 255")
	_, err = outputs.Read(t.Context(), t.TempDir(), "gke")
	require.ErrorContains(t, err, "outputs of stack gke: pulumi stack output")
	require.ErrorContains(t, err, "no stack named gke found")
}
