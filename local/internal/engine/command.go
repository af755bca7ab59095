package engine

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/auto"
)

// command runs the pulumi CLI for the Automation API, in a process group of its own. A Ctrl-C then reaches it
// once, through the context: the CLI takes a second interrupt, which the terminal would send, as the order to
// drop everything, and leaves its lock and half its state behind.
type command struct{ path string }

var _ auto.PulumiCommand = command{}

func newCommand(path string) (command, error) {
	if _, err := os.Stat(path); err != nil {
		return command{}, fmt.Errorf("pulumi CLI: %w: `make up` builds it", err)
	}
	return command{path}, nil
}

// Version is that of the SDK: tools/pulumi pins the CLI to the same.
func (c command) Version() semver.Version { return sdk.Version }

// Run runs the CLI without questions and returns its stdout, its stderr and its exit code.
func (c command) Run(
	ctx context.Context, dir string, stdin io.Reader, stdouts, stderrs []io.Writer, env []string, args ...string,
) (string, string, int, error) {
	if !slices.Contains(args, "--non-interactive") {
		args = append(slices.Clone(args), "--non-interactive")
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, c.path, args...)
	cmd.Dir, cmd.Stdin = dir, stdin
	cmd.Env = append(append(os.Environ(), env...), "PULUMI_AUTOMATION_API=true")
	cmd.Stdout = io.MultiWriter(append(stdouts, &stdout)...)
	cmd.Stderr = io.MultiWriter(append(stderrs, &stderr)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = time.Minute // what is under way is finished or given up in order
	err := cmd.Run()
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode(), err
}
