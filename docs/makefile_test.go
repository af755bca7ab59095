package docs

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// dry returns what make would run. Nothing of a make around the test, nor of the person's shell, reaches it.
func dry(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("make", append([]string{"--dry-run", "--no-print-directory", "-C", ".."}, args...)...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestDownEndsTheStackThatIsNamed(t *testing.T) {
	for _, c := range []struct {
		name      string
		env, args []string
		want      string
	}{
		{"none named: all", nil, []string{"down"}, "ferry down"},
		{"one named", nil, []string{"down", "STACK=eks"}, "ferry down --stack eks"},
		{"one named by the shell", []string{"STACK=gke"}, []string{"down"}, "ferry down --stack gke"},
		{"clean removes what all of them run", nil, []string{"clean", "STACK=eks"}, "ferry down"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := dry(t, c.env, c.args...)
			require.NoError(t, err, out)
			var down []string
			for line := range strings.Lines(out) {
				if _, call, found := strings.Cut(line, "/bin/"); found {
					down = append(down, strings.TrimSpace(call))
				}
			}
			require.Equal(t, []string{c.want}, down)
		})
	}
}

func TestUpRefusesAClusterThatIsNotItsOwn(t *testing.T) {
	out, err := dry(t, nil, "up", "STACK=eks", "KUBECONFIG=/home/me/config")
	require.Error(t, err)
	require.Contains(t, out, "ignores KUBECONFIG")
	require.Contains(t, out, "Pulumi.eks.yaml")
	require.NotContains(t, out, "ferry up", "at once, before anything is built")

	out, err = dry(t, []string{"KUBECONFIG=/home/me/config"}, "up")
	require.NoError(t, err, out)
	require.Contains(t, out, "ferry up --stack gke")
}
