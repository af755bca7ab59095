package docs

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	targetRule = regexp.MustCompile(`(?m)^([a-z0-9-]+):.*## `)
	// makeCommand may have options and variables before the target.
	makeCommand = regexp.MustCompile(`\bmake((?: +(?:-\S+|[A-Z_]+=\S*))*) +([a-z][a-z0-9-]*)`)
)

// targets returns the targets that make help lists.
func targets(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, match := range targetRule.FindAllStringSubmatch(read(t, "Makefile"), -1) {
		names = append(names, match[1])
	}
	require.NotEmpty(t, names)
	return names
}

// makeTargets returns the targets that the code of a document calls.
func makeTargets(text string) []string {
	var names []string
	for _, snippet := range snippets(text) {
		for _, match := range makeCommand.FindAllStringSubmatch(snippet, -1) {
			names = append(names, match[2])
		}
	}
	return names
}

func TestDocuments_makeTargetsExist(t *testing.T) {
	known := targets(t)
	for file, text := range documents(t) {
		for _, target := range makeTargets(text) {
			require.Contains(t, known, target, "%s: make %s", file, target)
		}
	}
}

func TestGettingStarted_listsEveryTarget(t *testing.T) {
	listed := makeTargets(documents(t)["docs/getting-started.md"])
	for _, target := range targets(t) {
		require.True(t, slices.Contains(listed, target), "docs/getting-started.md does not list make %s", target)
	}
}

// dryRun returns the commands that make would run. It does not pass on the variables of a surrounding make or shell.
func dryRun(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.Command("make", append([]string{"--dry-run", "--no-print-directory", "-C", ".."}, args...)...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH")}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestDown_stackFlag(t *testing.T) {
	for _, c := range []struct {
		name      string
		env, args []string
		want      string
	}{
		{"no stack: all", nil, []string{"down"}, "ferry down"},
		{"one stack", nil, []string{"down", "STACK=eks"}, "ferry down --stack eks"},
		{"stack from the environment", []string{"STACK=gke"}, []string{"down"}, "ferry down --stack gke"},
		{"clean stops all stacks", nil, []string{"clean", "STACK=eks"}, "ferry down"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := dryRun(t, c.env, c.args...)
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

func TestUp_refusesKubeconfigArgument(t *testing.T) {
	out, err := dryRun(t, nil, "up", "STACK=eks", "KUBECONFIG=/home/me/config")
	require.Error(t, err)
	require.Contains(t, out, "ignores KUBECONFIG")
	require.Contains(t, out, "Pulumi.eks.yaml")
	require.NotContains(t, out, "ferry up", "at once, before anything is built")

	out, err = dryRun(t, []string{"KUBECONFIG=/home/me/config"}, "up")
	require.NoError(t, err, out)
	require.Contains(t, out, "ferry up --stack gke")
}
