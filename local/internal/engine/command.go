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

// command runs the pulumi CLI for the Automation API in its own process group. Ctrl-C then reaches the CLI only once,
// when the context is canceled. With a second interrupt, from the terminal, the CLI would exit at once and leave its
// lock and an incomplete state.
type command struct{ path string }

var _ auto.PulumiCommand = command{}

func newCommand(path string) (command, error) {
	if _, err := os.Stat(path); err != nil {
		return command{}, fmt.Errorf("pulumi CLI: %w: `make up` builds it", err)
	}
	return command{path}, nil
}

// Version returns the SDK's version. tools/pulumi builds the CLI with the same one.
func (c command) Version() semver.Version { return sdk.Version }

// Run runs the CLI non-interactively and returns its stdout, stderr and exit code.
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
	cmd.WaitDelay = time.Minute // for operations in progress
	err := cmd.Run()
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode(), err
}
