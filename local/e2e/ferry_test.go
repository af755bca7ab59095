//go:build e2e

// Package e2e runs the local cloud as a person would, on both stacks, and
// looks at what is really there: pods, models, and what is left afterwards.
package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/status"
)

// cloud is one stack of the local cloud under test.
type cloud struct {
	t *testing.T
	paths.Layout
}

func open(t *testing.T, stack string) cloud {
	root, err := paths.FindRoot()
	require.NoError(t, err)
	p, err := paths.New(root, stack)
	require.NoError(t, err)
	return cloud{t, p}
}

// on is the same cloud in a test of its own.
func (c cloud) on(t *testing.T) cloud { return cloud{t, c.Layout} }

// command is ferry with arguments; what it prints is shown as it comes.
func (c cloud) command(args ...string) (*exec.Cmd, *bytes.Buffer) {
	var printed bytes.Buffer
	cmd := exec.Command(c.Bin("ferry"), append(args, "--stack", c.Stack)...)
	cmd.Dir = c.Root
	cmd.Stdout = io.MultiWriter(&printed, os.Stdout)
	cmd.Stderr = cmd.Stdout
	return cmd, &printed
}

// run runs ferry, which has to go well, and returns what it printed and how
// long it took.
func (c cloud) run(args ...string) (string, time.Duration) {
	c.t.Helper()
	cmd, printed := c.command(args...)
	started := time.Now()
	require.NoError(c.t, cmd.Run(), "ferry %s", strings.Join(args, " "))
	return printed.String(), time.Since(started)
}

// fail runs ferry, which has to fail with exit code 1, and returns what it printed.
func (c cloud) fail(args ...string) string {
	c.t.Helper()
	cmd, printed := c.command(args...)
	err := cmd.Run()
	var exit *exec.ExitError
	require.ErrorAs(c.t, err, &exit, "ferry %s should have failed", strings.Join(args, " "))
	require.Equal(c.t, 1, exit.ExitCode())
	return printed.String()
}

// services asks what runs, by service.
func (c cloud) services() map[string]status.Service {
	c.t.Helper()
	out, err := exec.Command(c.Bin("ferry"), "status", "--output", "json", "--stack", c.Stack).Output()
	require.NoError(c.t, err)
	var all map[string][]status.Service
	require.NoError(c.t, json.Unmarshal(out, &all))
	found := map[string]status.Service{}
	for _, service := range all[c.Stack] {
		found[service.Name] = service
	}
	return found
}

// pod is a service's only pod, which has to serve.
func (c cloud) pod(service string) status.Pod {
	c.t.Helper()
	var pod status.Pod
	// The old pod of a rollout may take its time to end.
	require.Eventually(c.t, func() bool {
		pods := c.services()[service].Pods
		if len(pods) != 1 || !pods[0].Ready || pods[0].Model == nil {
			return false
		}
		pod = pods[0]
		return true
	}, time.Minute, 200*time.Millisecond, "%s should have one ready pod", service)
	return pod
}

// report prints a figure where a person who looks for it finds it.
func report(t *testing.T, what string, format string, args ...any) {
	t.Helper()
	t.Logf("MEASURED "+what+": "+format, args...)
}
