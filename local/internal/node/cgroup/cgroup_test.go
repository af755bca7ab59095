package cgroup

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A plain folder behaves like a cgroup hierarchy in these tests, except that its files have to be created
// and removed.
func hierarchy(t *testing.T, unified bool, files map[string]string) Hierarchy {
	t.Helper()
	h := Hierarchy{Path: t.TempDir(), Unified: unified}
	for name, text := range files {
		path := filepath.Join(h.Path, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return h
}

func content(t *testing.T, h Hierarchy, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(h.Path, name))
	require.NoError(t, err)
	return string(text)
}

func TestMake_joinsLeaf(t *testing.T) {
	v1 := hierarchy(t, false, map[string]string{"n/node/cgroup.procs": ""})
	require.NoError(t, Hierarchies{v1}.Create("/n", 42))
	require.Equal(t, "42", content(t, v1, "n/node/cgroup.procs"))
}

func TestMake_fillsEmptyCPUSet(t *testing.T) {
	v1 := hierarchy(t, false, map[string]string{
		"cpuset.cpus": "0-3\n", "cpuset.mems": "0\n",
		"n/cpuset.cpus": "\n", "n/cpuset.mems": "\n",
		"n/node/cpuset.cpus": "1\n", "n/node/cpuset.mems": "\n", "n/node/cgroup.procs": "",
	})
	require.NoError(t, Hierarchies{v1}.Create("/n", 42))
	require.Equal(t, "0-3\n", content(t, v1, "n/cpuset.cpus"))
	require.Equal(t, "1\n", content(t, v1, "n/node/cpuset.cpus"), "what is set stays")
	require.Equal(t, "0\n", content(t, v1, "n/node/cpuset.mems"))
}

func TestMake_delegatesControllersV2(t *testing.T) {
	v2 := hierarchy(t, true, map[string]string{
		"cgroup.controllers": "memory\n", "cgroup.subtree_control": "",
		"n/cgroup.controllers": "memory\n", "n/cgroup.subtree_control": "", "n/node/cgroup.procs": "",
	})
	require.NoError(t, Hierarchies{v2}.Create("/n", 42))
	require.Equal(t, "+memory", content(t, v2, "cgroup.subtree_control"))
	require.Equal(t, "+memory", content(t, v2, "n/cgroup.subtree_control"))
}

func TestRemove_recursive(t *testing.T) {
	h := hierarchy(t, false, nil)
	require.NoError(t, os.MkdirAll(filepath.Join(h.Path, "n/kubepods/burstable/pod1"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(h.Path, "other"), 0o755))
	require.NoError(t, Hierarchies{h}.Remove("/n"))
	require.NoDirExists(t, filepath.Join(h.Path, "n"))
	require.DirExists(t, filepath.Join(h.Path, "other"))
	require.NoError(t, Hierarchies{h}.Remove("/n"), "to remove it again is no error")
}
