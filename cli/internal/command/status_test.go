package command

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
)

// newStacks changes to a folder with the project and the stack files of this repository.
func newStacks(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"Pulumi.yaml", "Pulumi.gke.yaml", "Pulumi.eks.yaml"} {
		content, err := os.ReadFile(filepath.Join("..", "..", "..", name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	t.Chdir(dir)
}

func TestStatus_errors(t *testing.T) {
	newStacks(t)
	t.Setenv("PATH", t.TempDir()) // no pulumi CLI
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"unknown service", []string{"status", "bankchrun"}, exitcode.NotFound, ""},
		{"unknown stack", []string{"status", "-s", "aks"}, exitcode.Failed, ""},
		{"one kubeconfig for two stacks", []string{"status", "--kubeconfig", "x"}, exitcode.Invalid, ""},
		{"no CLI", []string{"status", "-o", "json"}, exitcode.Failed, `"error": "outputs of stack gke: pulumi CLI`},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, code := execute(t, c.args...)
			require.Equal(t, c.code, code, out)
			require.Contains(t, out, c.want)
		})
	}
}

func TestFindRoot_outsideOfRepository(t *testing.T) {
	t.Chdir(t.TempDir())
	out, code := execute(t, "status")
	require.Equal(t, exitcode.Invalid, code, out)
}
