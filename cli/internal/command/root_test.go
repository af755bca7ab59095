package command

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
)

// execute runs a command line and returns what it wrote to stdout and its exit code.
func execute(t *testing.T, args ...string) (stdout string, code int) {
	t.Helper()
	var out bytes.Buffer
	root := Root()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.ExecuteContext(t.Context())
	return out.String(), exitcode.Of(t.Context(), err)
}

func TestRoot_exitCodes(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		want int
	}{
		{"help", []string{"--help"}, 0},
		{"version", []string{"--version"}, 0},
		{"completion", []string{"completion", "bash"}, 0},
		{"no command", nil, 0},
		{"unknown command", []string{"relase"}, exitcode.Invalid},
		{"unknown flag", []string{"version", "--loud"}, exitcode.Invalid},
		{"invalid output format", []string{"version", "-o", "yaml"}, exitcode.Invalid},
		{"too many arguments", []string{"version", "1"}, exitcode.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, code := execute(t, c.args...)
			require.Equal(t, c.want, code, out)
		})
	}
}

func TestVersion_json(t *testing.T) {
	out, code := execute(t, "version", "-o", "json")
	require.Zero(t, code)
	var result map[string]string
	require.NoError(t, json.Unmarshal([]byte(out), &result), out)
	require.NotEmpty(t, result["version"])
}

// Every command has a one-line description and examples, which begin with the program's name.
func TestRoot_everyCommandHasExamples(t *testing.T) {
	var visit func(cmd *cobra.Command)
	visit = func(cmd *cobra.Command) {
		require.NotEmpty(t, cmd.Short, cmd.CommandPath())
		require.Contains(t, cmd.Example, "  modelferry ", cmd.CommandPath())
		for _, child := range cmd.Commands() {
			visit(child)
		}
	}
	visit(Root())
}
