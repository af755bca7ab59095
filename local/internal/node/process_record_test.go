//go:build linux

package node

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/paths"
)

func newLayout(t *testing.T) paths.Layout {
	t.Helper()
	layout, err := paths.New(t.TempDir(), "gke")
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(layout.Dir(), 0o755))
	return layout
}

func TestProcessRecord_identifiesProcess(t *testing.T) {
	p := newLayout(t)
	r, err := readProcessRecord(p)
	require.NoError(t, err)
	require.Nil(t, r)

	_, err = writeProcessRecord(p, os.Getpid(), "10.213.0.0/16")
	require.NoError(t, err)
	r, err = readProcessRecord(p)
	require.NoError(t, err)
	require.True(t, r.alive())
	require.Equal(t, "10.213.0.0/16", r.Range)

	for name, other := range map[string]processRecord{
		"PID reused":      {PID: r.PID, Started: r.Started + 1, Boot: r.Boot},
		"another boot":    {PID: r.PID, Started: r.Started, Boot: "another"},
		"no such process": {PID: 1 << 23, Started: r.Started, Boot: r.Boot},
	} {
		require.False(t, other.alive(), name)
	}
}

func TestProcessRecord_processExited(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	require.NoError(t, cmd.Start())
	r, err := inspectProcess(cmd.Process.Pid)
	require.NoError(t, err)
	require.True(t, r.alive())
	require.NoError(t, kill(r))
	require.False(t, r.alive(), "a zombie does not count as alive")
	require.Error(t, cmd.Wait())
	require.NoError(t, kill(r), "killing an exited process is not an error")
}

func TestParseStat(t *testing.T) {
	// proc(5) allows parentheses and spaces in the name.
	state, started, err := parseStat("42 (a) b) (c) S 1 42 42 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 987654 0 0")
	require.NoError(t, err)
	require.Equal(t, "S", state)
	require.Equal(t, uint64(987654), started)

	_, _, err = parseStat("42 (cut")
	require.ErrorContains(t, err, "unexpected content")
}

func TestReadInfo_nodeCrashed(t *testing.T) {
	p := newLayout(t)
	_, err := ReadInfo(p)
	require.ErrorIs(t, err, ErrNotRunning)

	require.NoError(t, Info{Stack: "gke"}.Write(p.NodeInfoFile()))
	require.NoError(t, os.WriteFile(recordPath(p), []byte(`{"pid": 8388608}`), 0o644))
	_, err = ReadInfo(p)
	require.ErrorIs(t, err, ErrNotRunning, "node.json alone does not prove that it runs")
}

func TestStart_twoAtOnce(t *testing.T) {
	p := newLayout(t)
	unlock, err := lock(p)
	require.NoError(t, err)
	_, err = lock(p)
	require.ErrorContains(t, err, "node gke: another ferry is starting or stopping this node")
	require.ErrorContains(t, Stop(p), "another ferry")

	unlock()
	unlock, err = lock(p)
	require.NoError(t, err)
	unlock()
}

func TestStop_notRunning(t *testing.T) {
	p := newLayout(t)
	require.NoError(t, Stop(p))
	require.NoError(t, Stop(p))
}
