//go:build e2e

package e2e

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node"
)

// TestUp_withoutRoot runs up as an ordinary user. The error names sudo.
func TestUp_withoutRoot(t *testing.T) {
	const nobody = 65534
	forEachStack(t, func(c *cloud) {
		t := c.t
		// The user must be able to read the binary: a copy outside the work tree can be.
		dir, err := os.MkdirTemp("", "modelferry-e2e-")
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
		require.NoError(t, os.Chmod(dir, 0o755))
		for _, file := range []string{"Pulumi.yaml", "Pulumi." + c.Stack + ".yaml", ".local/bin/ferry"} {
			content, err := os.ReadFile(filepath.Join(c.Root, file))
			require.NoError(t, err)
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o777))
			require.NoError(t, os.WriteFile(filepath.Join(dir, file), content, 0o755))
		}
		for _, folder := range []string{"", ".local"} {
			require.NoError(t, os.Chown(filepath.Join(dir, folder), nobody, nobody))
		}
		cmd := exec.Command(filepath.Join(dir, ".local/bin/ferry"), "up", "--stack", c.Stack)
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		printed, err := cmd.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(printed), "sudo make up")
	})
}

// lockHeld is what up prints first once it holds the stack's lock.
var lockHeld = regexp.MustCompile("starting the node of")

// TestUp_locked runs up while another one is at work on the same stack.
func TestUp_locked(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		before := c.services()
		other := c.startFerry("up")
		other.waitForOutput(t, lockHeld)
		// Stopped, it holds the lock for as long as the second one takes.
		require.NoError(t, other.Process.Signal(syscall.SIGSTOP))
		printed := c.runFailing("up")
		require.NoError(t, other.Process.Signal(syscall.SIGCONT))
		require.Contains(t, printed, "is at work on "+c.Stack)
		require.NoError(t, <-other.exited, other.printed.String())
		require.Equal(t, before, c.services())
	})
}

// configMapReplaced is what up prints after the first half of a model update. The Deployment's rollout comes next,
// and takes seconds.
var configMapReplaced = regexp.MustCompile(`(?m)^  [+±] ConfigMap `)

// TestUp_resumesAfterKill kills up in the middle of a model update. The next up has to go on from there.
func TestUp_resumesAfterKill(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		file := c.release("bankchurn", "a model that is half-way there\n")
		interrupted := c.startFerry("up")
		interrupted.waitForOutput(t, configMapReplaced)
		require.NoError(t, interrupted.Process.Kill())
		var exit *exec.ExitError
		require.ErrorAs(t, <-interrupted.exited, &exit)
		require.Equal(t, syscall.SIGKILL, exit.Sys().(syscall.WaitStatus).Signal())

		c.run("up")
		require.Equal(t, file.SHA256, c.pod("bankchurn").Model.SHA256)
	})
}

// TestNodeKilled_recovers kills the node's first process, and with it all others. The next up has to start it
// with its data.
func TestNodeKilled_recovers(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		info, err := node.ReadInfo(c.Layout)
		require.NoError(t, err)
		require.NoError(t, syscall.Kill(info.PID, syscall.SIGKILL))
		waitFor(t, func() error {
			if _, err := node.ReadInfo(c.Layout); !errors.Is(err, node.ErrNotRunning) {
				return errors.New("the node still runs")
			}
			return nil
		})
		_, took := c.run("up")
		require.Equal(t, c.publishedDigests(), c.digests())
		report(t, c.Stack+" up after the node was killed", "%.1f s", took.Seconds())
	})
}
