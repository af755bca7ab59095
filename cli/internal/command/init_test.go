package command

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
)

// gkeFlags are the flags of a valid stack.
var gkeFlags = []string{
	"init", "--cloud", "gke", "--project", "modelferry-demo", "--region", "europe-west1", "--authorized-network", "203.0.113.0/24",
}

// inProject changes to a new folder with the repository's Pulumi.yaml.
func inProject(t *testing.T) {
	t.Helper()
	project, err := os.ReadFile(filepath.Join("..", "..", "..", "Pulumi.yaml"))
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("Pulumi.yaml", project, 0o600))
}

func TestInit(t *testing.T) {
	inProject(t)
	printed, code := execute(t, append(gkeFlags, "--dry-run")...)
	require.Zero(t, code, printed)
	require.NoFileExists(t, "Pulumi.gke.yaml")

	out, code := execute(t, gkeFlags...)
	require.Zero(t, code, out)
	require.Contains(t, out, "pulumi up -s gke")
	written, err := os.ReadFile("Pulumi.gke.yaml")
	require.NoError(t, err)
	require.Equal(t, printed, string(written))

	out, code = execute(t, gkeFlags...)
	require.Equal(t, exitcode.Invalid, code, out)
	out, code = execute(t, append(gkeFlags, "--stack", "prod", "-o", "json")...)
	require.Zero(t, code, out)
	var result initResult
	require.NoError(t, json.Unmarshal([]byte(out), &result))
	require.True(t, result.Written)
	require.FileExists(t, result.File)
	require.Contains(t, result.Content, "# The stack prod on GKE")
}

// documentedInit matches a command in a block of a page, over several lines.
var documentedInit = regexp.MustCompile(`(?m)^ *modelferry (init --(?:[^\n\\]|\\\n)*)$`)

// The commands on the pages of both clouds write a valid file.
func TestInit_documentedCommands(t *testing.T) {
	values := strings.NewReplacer("\\\n", "", "PROJECT", "modelferry-demo", "ACCOUNT", "123456789012", "NAME", "ml-platform")
	for page, region := range map[string]string{"deploy-gke.md": "europe-west1", "deploy-eks.md": "eu-west-1"} {
		t.Run(page, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", page))
			require.NoError(t, err)
			commands := documentedInit.FindAllStringSubmatch(string(text), -1)
			require.NotEmpty(t, commands)
			inProject(t)
			for _, command := range commands {
				out, code := execute(t, strings.Fields(strings.ReplaceAll(values.Replace(command[1]), "REGION", region))...)
				require.Zero(t, code, out)
			}
		})
	}
}

// Without a terminal nothing is asked.
func TestInit_invalid(t *testing.T) {
	inProject(t)
	for name, args := range map[string][]string{
		"no flag":                      {"init"},
		"value of the wrong form":      append(gkeFlags, "--owner", "two words"),
		"cluster and existing cluster": append(gkeFlags, "--cluster", "a", "--existing-cluster", "b"),
	} {
		t.Run(name, func(t *testing.T) {
			out, code := execute(t, args...)
			require.Equal(t, exitcode.Invalid, code, out)
			files, err := filepath.Glob("Pulumi.*.yaml")
			require.NoError(t, err)
			require.Empty(t, files)
		})
	}
}
