package examples

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
)

// python runs the unpacked image's Python in it, without a network, as a user.
func (r root) python(ctx context.Context, user uint32, env []string, args ...string) error {
	cmd := exec.CommandContext(ctx, "/usr/bin/python3", args...)
	cmd.Dir, cmd.Env = "/", env
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Chroot:     r.dir,
		Credential: &syscall.Credential{Uid: user, Gid: user},
		Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC | syscall.CLONE_NEWPID,
	}
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("python3 %s: %w\n%s", strings.Join(args, " "), err, output.Bytes())
	}
	return nil
}
