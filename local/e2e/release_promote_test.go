//go:build e2e

package e2e

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRelease_promote releases a model on the local GKE, and copies it from there to the local EKS, which deploys it.
func TestRelease_promote(t *testing.T) {
	forStackAlone(t, "eks", func(eks *cloud) {
		t := eks.t
		eks.start() // first, so that TestDown_leavesNothing need not start it again
		gke := openCloud(t, "gke")
		gke.start()
		t.Cleanup(gke.stop)
		eks.restoreLater()
		gke.configured = true // It is stopped afterwards.
		file := gke.release("bankchurn", "a model that is promoted\n")

		before, err := os.ReadFile(gke.StackFile())
		require.NoError(t, err)
		started := time.Now()
		cmd := eks.userCommand(eks.Bin("modelferry"), "promote", "bankchurn", "--from", "gke", "--to", "eks", "--deploy")
		require.NoError(t, cmd.Run())
		took := time.Since(started)
		served, err := servedDigest(eks.services()["bankchurn"].URL)
		require.NoError(t, err)
		require.Equal(t, file.SHA256, served)
		after, err := os.ReadFile(gke.StackFile())
		require.NoError(t, err)
		require.Equal(t, string(before), string(after))

		// Both stacks are in one history.
		list := eks.userCommand(eks.Bin("modelferry"), "history", "bankchurn", "--stack", "gke", "--stack", "eks")
		list.Stdout = nil
		printed, err := list.Output()
		require.NoError(t, err)
		require.Regexp(t, `(?m)^\*\s+eks .*`+file.SHA256[:12], string(printed))
		require.Regexp(t, `(?m)^\*\s+gke .*`+file.SHA256[:12], string(printed))
		report(t, "promote --deploy from gke to eks", "%.1f s", took.Seconds())
	})
}
