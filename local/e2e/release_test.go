//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// buildProgram runs a pulumi up that changes nothing, as a user's first one, which builds the program.
func (c *cloud) buildProgram() {
	c.t.Helper()
	started := time.Now()
	require.NoError(c.t, c.userCommand("pulumi", "up", "--stack", c.Stack, "--yes", "--skip-preview", "--suppress-outputs",
		"--expect-no-changes", "--non-interactive").Run())
	report(c.t, c.Stack+" the first pulumi up, which builds the program", "%.1f s", time.Since(started).Seconds())
}

// runningModel is a model that a service serves. Signature is how its signature was verified.
type runningModel struct{ SHA256, Signature string }

// statusOf returns the wanted digest of a service's model and what its pods serve, as modelferry status shows them.
func (c *cloud) statusOf(service string) (wanted string, running []runningModel) {
	c.t.Helper()
	var stacks []struct {
		Services []struct {
			Artifacts []struct {
				Name    string
				Wanted  struct{ SHA256 string }
				Running []runningModel
			}
		}
	}
	c.modelferryJSON(&stacks, "status", service)
	for _, artifact := range stacks[0].Services[0].Artifacts {
		if artifact.Name == "model" {
			wanted, running = artifact.Wanted.SHA256, artifact.Running
		}
	}
	return wanted, running
}

// TestRelease_deploy releases a model with one command and rolls it back with another. Requests are served throughout.
func TestRelease_deploy(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		c.buildProgram()
		old := c.publishedModel("bankchurn").SHA256
		probe := startProbe(t, c.services()["bankchurn"].URL)
		started := time.Now()
		file := c.release("bankchurn", "a model of one command\n", "--deploy")
		took := time.Since(started)
		served, err := servedDigest(c.services()["bankchurn"].URL)
		require.NoError(t, err)
		require.Equal(t, file.SHA256, served)

		wanted, running := c.statusOf("bankchurn")
		require.Equal(t, wanted, file.SHA256)
		require.Equal(t, []runningModel{{file.SHA256, "none"}}, running)
		printed, verifyTook := c.modelferry("verify", "bankchurn")
		require.Contains(t, printed, file.SHA256[:12])
		printed, historyTook := c.modelferry("history", "bankchurn")
		require.Contains(t, printed, file.SHA256[:12])
		require.Contains(t, printed, old[:12], "what was before the first release is its own release")

		_, rollbackTook := c.modelferry("rollback", "bankchurn", "--deploy")
		firstSeen, requests, failures := probe.result()
		require.Empty(t, failures, "a request fails at no time")
		require.Len(t, firstSeen, 2)
		served, err = servedDigest(c.services()["bankchurn"].URL)
		require.NoError(t, err)
		require.Equal(t, old, served)
		_, running = c.statusOf("bankchurn")
		require.Equal(t, []runningModel{{old, "none"}}, running)
		report(t, c.Stack+" release --deploy, from its start to the new digest served", "%.1f s (at most 12), %d requests, none failed",
			firstSeen[file.SHA256].Sub(started).Seconds(), requests)
		report(t, c.Stack+" modelferry", "release --deploy %.1f s, verify %.1f s, history %.1f s, rollback --deploy %.1f s",
			took.Seconds(), verifyTook.Seconds(), historyTook.Seconds(), rollbackTook.Seconds())
	})
}

// TestRelease_failure rolls back to a release whose object has been damaged. The command fails with the fetcher's
// message, and restores the previous config. The pods keep serving.
func TestRelease_failure(t *testing.T) {
	forEachStack(t, func(c *cloud) {
		t := c.t
		c.start()
		c.buildProgram()
		// The fetcher takes damaged bytes for an error of the transfer, and tries again.
		c.setConfig("config:\n    modelferry:rollout: {deadline: 20s}\n    modelferry:fetcher: {retries: 1, backoff: 1s}\n")
		c.run("up")
		damaged := c.release("bankchurn", "a model that is damaged later\n", "--deploy")
		current := c.release("bankchurn", "a model that serves on\n", "--deploy")
		c.damageObject("models", "bankchurn/"+damaged.SHA256[:12]+"/model.joblib")
		took := c.requireRollbackFails("bankchurn", current, "exit code 5", damaged.SHA256[:12]+"/model.joblib")
		_, running := c.statusOf("bankchurn")
		require.Equal(t, []runningModel{{current.SHA256, "none"}}, running)
		report(t, c.Stack+" a rollback that fails, with what was before restored", "%.1f s", took.Seconds())

		config, err := os.ReadFile(c.StackFile())
		require.NoError(t, err)
		code, printed, _ := c.runModelferry("release", "bankchurn", c.Bin("ferry"), "--sha256", damaged.SHA256)
		require.NotZero(t, code)
		require.Contains(t, printed, damaged.SHA256)
		restored, err := os.ReadFile(c.StackFile())
		require.NoError(t, err)
		require.Equal(t, string(config), string(restored))
	})
}

// requireRollbackFails rolls a service back to a release that does not start. It requires that the command fails with
// these messages and restores the stack file, and that the pod with the current model serves on. It returns how long
// the command took.
func (c *cloud) requireRollbackFails(service string, current testmodel.File, messages ...string) time.Duration {
	c.t.Helper()
	config, err := os.ReadFile(c.StackFile())
	require.NoError(c.t, err)
	probe := startProbe(c.t, c.services()[service].URL)
	code, printed, took := c.runModelferry("rollback", service, "--deploy")
	require.Equal(c.t, 1, code)
	for _, message := range messages {
		require.Contains(c.t, printed, message)
	}
	firstSeen, _, failures := probe.result()
	require.Empty(c.t, failures, "the old pod serves on")
	require.Len(c.t, firstSeen, 1)
	require.Contains(c.t, firstSeen, current.SHA256)
	restored, err := os.ReadFile(c.StackFile())
	require.NoError(c.t, err)
	require.Equal(c.t, string(config), string(restored))
	return took
}

// damageObject changes the first byte of an object in the files of the object store, which does not notice.
func (c *cloud) damageObject(bucket, path string) {
	c.t.Helper()
	file, err := os.OpenFile(c.objectFile(bucket, path), os.O_RDWR, 0)
	require.NoError(c.t, err)
	first := make([]byte, 1)
	_, err = file.ReadAt(first, 0)
	require.NoError(c.t, err)
	_, err = file.WriteAt([]byte{first[0] ^ 1}, 0)
	require.NoError(c.t, err)
	require.NoError(c.t, file.Close())
}

// objectFile returns the file in which the object store keeps an object.
func (c *cloud) objectFile(bucket, path string) string {
	c.t.Helper()
	dir := map[string][]string{"gke": {"store"}, "eks": {"store", "buckets"}}[c.Stack]
	return filepath.Join(c.DataDir(dir...), c.bucket(bucket), path)
}
