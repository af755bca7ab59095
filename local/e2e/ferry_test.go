//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// output collects what a command prints, and can be read while the command runs.
type output struct {
	mu      sync.Mutex
	printed bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.printed.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.printed.String()
}

// ferryCommand is ferry with arguments. Its output is shown as it comes.
func ferryCommand(layout paths.Layout, args ...string) *exec.Cmd {
	cmd := exec.Command(layout.Bin("ferry"), append(args, "--stack", layout.Stack)...)
	cmd.Dir = layout.Root
	cmd.Stdout = os.Stdout
	cmd.Stderr = os.Stdout
	return cmd
}

// command is ferry with arguments. Its output is shown as it comes, and collected.
func (c *cloud) command(args ...string) (*exec.Cmd, *output) {
	printed := &output{}
	cmd := ferryCommand(c.Layout, args...)
	cmd.Stdout = io.MultiWriter(printed, os.Stdout)
	cmd.Stderr = cmd.Stdout
	return cmd, printed
}

// run runs ferry, requires that it succeeds, and returns its output and how long it took.
func (c *cloud) run(args ...string) (string, time.Duration) {
	c.t.Helper()
	cmd, printed := c.command(args...)
	started := time.Now()
	require.NoError(c.t, cmd.Run(), "ferry %s", strings.Join(args, " "))
	return printed.String(), time.Since(started)
}

// runFailing runs ferry, requires that it fails with exit code 1, and returns its output.
func (c *cloud) runFailing(args ...string) string {
	c.t.Helper()
	cmd, printed := c.command(args...)
	err := cmd.Run()
	var exit *exec.ExitError
	require.ErrorAs(c.t, err, &exit, "ferry %s should have failed", strings.Join(args, " "))
	require.Equal(c.t, 1, exit.ExitCode())
	return printed.String()
}

// process is a ferry that runs while the test goes on.
type process struct {
	*exec.Cmd
	printed *output
	// exited gets the result of Wait.
	exited chan error
}

// startFerry starts ferry. It is killed when the test ends before it does.
func (c *cloud) startFerry(args ...string) *process {
	c.t.Helper()
	p := &process{exited: make(chan error, 1)}
	p.Cmd, p.printed = c.command(args...)
	require.NoError(c.t, p.Start())
	go func() { p.exited <- p.Wait() }()
	c.t.Cleanup(func() { _ = p.Process.Kill() }) // An error is that it has ended.
	return p
}

// waitForOutput waits until the output matches, and fails when ferry ends before.
func (p *process) waitForOutput(t *testing.T, pattern *regexp.Regexp) {
	t.Helper()
	waitFor(t, func() error {
		if pattern.MatchString(p.printed.String()) {
			return nil
		}
		select {
		case err := <-p.exited:
			require.FailNow(t, "ferry ended too early", "exit: %v, before it printed %s", err, pattern)
		default:
		}
		return fmt.Errorf("ferry has not printed %s", pattern)
	})
}

// report prints a measured figure.
func report(t *testing.T, name string, format string, args ...any) {
	t.Helper()
	t.Logf("MEASURED "+name+": "+format, args...)
}
