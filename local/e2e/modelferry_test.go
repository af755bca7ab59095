//go:build e2e

package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// userCommand is a command of a user in the repository, after eval "$(make -s env)".
func (c *cloud) userCommand(command ...string) *exec.Cmd {
	shell := []string{"-euc", `exports="$("$1" env --stack "$2")"; eval "$exports"; shift 2; exec "$@"`, "sh", c.Bin("ferry"), c.Stack}
	cmd := exec.Command("sh", append(shell, command...)...)
	cmd.Dir = c.Root
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stdout
	return cmd
}

// runModelferry runs modelferry for the stack, and returns its exit code, what it printed to stdout and stderr, and how
// long it took.
func (c *cloud) runModelferry(args ...string) (code int, printed string, took time.Duration) {
	c.t.Helper()
	out := &output{}
	cmd := c.userCommand(append([]string{c.Bin("modelferry")}, append(args, "--stack", c.Stack)...)...)
	cmd.Stdout = io.MultiWriter(out, os.Stdout)
	cmd.Stderr = cmd.Stdout
	started := time.Now()
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil {
		require.ErrorAs(c.t, err, &exit)
		code = exit.ExitCode()
	}
	return code, out.String(), time.Since(started)
}

// modelferry is runModelferry, and requires that it succeeds.
func (c *cloud) modelferry(args ...string) (printed string, took time.Duration) {
	c.t.Helper()
	code, printed, took := c.runModelferry(args...)
	require.Zero(c.t, code, "modelferry %s: %s", strings.Join(args, " "), printed)
	return printed, took
}

// modelferryJSON runs modelferry with -o json, and decodes what it prints.
func (c *cloud) modelferryJSON(result any, args ...string) {
	c.t.Helper()
	var stdout bytes.Buffer
	cmd := c.userCommand(append([]string{c.Bin("modelferry")}, append(args, "--stack", c.Stack, "-o", "json")...)...)
	cmd.Stdout = &stdout
	require.NoError(c.t, cmd.Run(), "modelferry %s: %s", strings.Join(args, " "), &stdout)
	require.NoError(c.t, json.Unmarshal(stdout.Bytes(), result), stdout.String())
}
