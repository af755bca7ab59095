package sandbox

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node/components"
)

func TestReaper_exitStatus(t *testing.T) {
	c := newProcessReaper()
	for name, want := range map[string]string{"exit 3": "exit code 3", "kill -9 $$": "signal 9, killed", "exit 0": "exit code 0"} {
		log := filepath.Join(t.TempDir(), "log")
		ended, err := c.start(
			components.Process{Name: "sh", Command: []string{"/bin/sh", "-c", "echo $WORD; " + name}, Env: []string{"WORD=said"}},
			log,
		)
		require.NoError(t, err)
		select {
		case status := <-ended:
			require.Equal(t, want, exitReason(status))
		case <-time.After(10 * time.Second):
			require.Fail(t, "not reaped", name)
		}
		output, err := os.ReadFile(log)
		require.NoError(t, err)
		require.Equal(t, "said\n", string(output))
	}
	_, err := c.start(components.Process{Name: "none", Command: []string{"/nowhere/none"}}, filepath.Join(t.TempDir(), "log"))
	require.ErrorContains(t, err, "start none (/nowhere/none)")
}
