// Package pulumicli runs the user's pulumi CLI.
package pulumicli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// Command returns a command of the pulumi CLI in root, the folder with Pulumi.yaml. It never prompts.
//
// The CLI has its own process group: Ctrl-C then reaches it once, when ctx is canceled. With a second interrupt, from
// the terminal, it would exit at once and leave its lock and an incomplete state. It is not killed: it ends when the
// operations in progress have ended.
func Command(ctx context.Context, root string, args ...string) (*exec.Cmd, error) {
	path, err := exec.LookPath("pulumi")
	if err != nil {
		return nil, fmt.Errorf("pulumi CLI: %w: install it (https://www.pulumi.com/docs/install/); for the local cloud, run "+
			`eval "$(make -s env)"`, err)
	}
	command := exec.CommandContext(ctx, path, append(args, "--non-interactive", "--color", "never")...)
	command.Dir = root
	command.Env = append(os.Environ(), "PULUMI_SKIP_UPDATE_CHECK=true")
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	return command, nil
}

// Output runs a command of the pulumi CLI and returns its stdout. The error has its stderr.
func Output(ctx context.Context, root string, args ...string) ([]byte, error) {
	command, err := Command(ctx, root, args...)
	if err != nil {
		return nil, err
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("pulumi %s: %w", strings.Join(args, " "), Error(ctx, err, stderr.String()))
	}
	return output, nil
}

// Error returns the error of a CLI that has ended with err: what it wrote to stderr, or that ctx ended.
func Error(ctx context.Context, err error, stderr string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if message := strings.TrimPrefix(strings.TrimSpace(stderr), "error: "); message != "" {
		return errors.New(message)
	}
	return err
}
