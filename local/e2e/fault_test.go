//go:build e2e

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node"
)

// badInput makes mistakes. Each has to be told in words, and change nothing.
func badInput(t *testing.T, c cloud) {
	before := c.services()
	config := filepath.Join(c.Dir(), "config.yaml")
	for name, fault := range map[string]struct{ config, says string }{
		"misspelt key":            {"modelferry:clutser: {}", `modelferry:clutser: Forbidden: unknown key: did you mean "cluster"?`},
		"digest too short":        {"modelferry:releases: {bankchurn: {artifacts: {model: {path: bankchurn/m, size: 1MB, sha256: abc}}}}", "64 hexadecimal digits"},
		"path leaves":             {"modelferry:releases: {bankchurn: {artifacts: {model: {path: ../m, size: 1MB}}}}", "without .."},
		"YAML with one key twice": {"modelferry:namespace: a\n    modelferry:namespace: b", "already defined"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(config, []byte("config:\n    "+fault.config+"\n"), 0o644))
			defer os.Remove(config)
			require.Contains(t, c.on(t).fail("up"), fault.says)
			require.Equal(t, before, c.services())
		})
	}
	t.Run("without root", func(t *testing.T) {
		// The binary must be readable for the user: a copy outside the work tree is.
		dir, err := os.MkdirTemp("", "modelferry-e2e-")
		require.NoError(t, err)
		defer os.RemoveAll(dir)
		require.NoError(t, os.Chmod(dir, 0o755))
		for _, file := range []string{"Pulumi.yaml", "Pulumi." + c.Stack + ".yaml", ".local/bin/ferry"} {
			content, err := os.ReadFile(filepath.Join(c.Root, file))
			require.NoError(t, err)
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, file)), 0o777))
			require.NoError(t, os.WriteFile(filepath.Join(dir, file), content, 0o755))
		}
		for _, folder := range []string{"", ".local"} {
			require.NoError(t, os.Chown(filepath.Join(dir, folder), 65534, 65534))
		}
		cmd := exec.Command(filepath.Join(dir, ".local/bin/ferry"), "up", "--stack", c.Stack)
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		printed, err := cmd.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(printed), "sudo make up")
	})
	t.Run("twice at once", func(t *testing.T) {
		c := c.on(t)
		other, printed := c.command("up")
		require.NoError(t, other.Start())
		require.Eventually(t, func() bool { _, err := os.Stat(c.Dir() + "/../" + c.Stack + ".lock"); return err == nil }, time.Minute, time.Millisecond)
		time.Sleep(time.Second) // it holds the lock for several
		require.Contains(t, c.fail("up"), "is at work on "+c.Stack)
		require.NoError(t, other.Wait(), printed.String())
		require.Equal(t, before, c.services())
	})
}

// crashes ends things in the middle; the next up has to go on from there.
func crashes(t *testing.T, c cloud, first map[string]string) {
	t.Run("ferry killed in the middle of up", func(t *testing.T) {
		c := c.on(t)
		next := filepath.Join(t.TempDir(), "model.joblib")
		require.NoError(t, os.WriteFile(next, []byte("a model that is half-way there\n"), 0o644))
		c.run("publish", "bankchurn", next)
		cmd, _ := c.command("up")
		require.NoError(t, cmd.Start())
		time.Sleep(4 * time.Second)
		require.NoError(t, cmd.Process.Kill())
		require.Error(t, cmd.Wait())
		c.run("up")
		require.NotEqual(t, first["bankchurn"], c.pod("bankchurn").Model.SHA256)
		require.NoError(t, os.Remove(filepath.Join(c.Dir(), "config.yaml")))
		c.run("up")
		require.Equal(t, first, digests(c))
	})
	t.Run("node killed", func(t *testing.T) {
		c := c.on(t)
		i, err := node.ReadInfo(c.Layout)
		require.NoError(t, err)
		require.NoError(t, syscall.Kill(i.PID, syscall.SIGKILL))
		require.Eventually(t, func() bool { _, err := node.ReadInfo(c.Layout); return err != nil }, 10*time.Second, 50*time.Millisecond)
		_, took := c.run("up")
		require.Equal(t, first, digests(c))
		report(t, c.Stack+" up after the node was killed", "%.1f s", took.Seconds())
	})
	t.Run("range in use", func(t *testing.T) {
		c := c.on(t)
		c.run("down")
		require.NoError(t, exec.Command("ip", "link", "add", "ferrytest", "type", "veth", "peer", "name", "ferrypeer").Run())
		defer exec.Command("ip", "link", "del", "ferrytest").Run()
		prefix := map[string]string{"gke": "10.213.9.1/24", "eks": "10.214.9.1/24"}[c.Stack]
		require.NoError(t, exec.Command("ip", "addr", "add", prefix, "dev", "ferrytest").Run())
		require.NoError(t, exec.Command("ip", "link", "set", "ferrytest", "up").Run())
		require.Contains(t, c.fail("up"), "is in use")
		c.run("up", "--range", "10.77")
		require.Equal(t, first, digests(c))
	})
}
