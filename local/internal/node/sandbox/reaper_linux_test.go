package sandbox

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node/components"
)

func TestProcessReaper_exitStatus(t *testing.T) {
	reaper := newProcessReaper()
	for script, want := range map[string]string{"exit 3": "exit code 3", "kill -9 $$": "signal 9, killed", "exit 0": "exit code 0"} {
		log := filepath.Join(t.TempDir(), "log")
		exited, err := reaper.start(
			components.Process{Name: "sh", Command: []string{"/bin/sh", "-c", "echo $WORD; " + script}, Env: []string{"WORD=hello"}},
			log,
		)
		require.NoError(t, err)
		select {
		case status := <-exited:
			require.Equal(t, want, exitReason(status))
		case <-time.After(10 * time.Second):
			require.Fail(t, "not reaped", script)
		}
		output, err := os.ReadFile(log)
		require.NoError(t, err)
		require.Equal(t, "hello\n", string(output))
	}
	_, err := reaper.start(components.Process{Name: "none", Command: []string{"/nowhere/none"}}, filepath.Join(t.TempDir(), "log"))
	require.ErrorContains(t, err, "start none (/nowhere/none)")
}
