package cgroup

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// newHierarchy returns a plain folder as a hierarchy. The kernel does not create its files, so the test does.
func newHierarchy(t *testing.T, unified bool, files map[string]string) Hierarchy {
	t.Helper()
	h := Hierarchy{Path: t.TempDir(), Unified: unified}
	for name, text := range files {
		path := filepath.Join(h.Path, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return h
}

func readFile(t *testing.T, h Hierarchy, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(h.Path, name))
	require.NoError(t, err)
	return string(text)
}

func TestHierarchies_Create_joinsLeaf(t *testing.T) {
	v1 := newHierarchy(t, false, map[string]string{"n/node/cgroup.procs": ""})
	require.NoError(t, Hierarchies{v1}.Create("/n", 42))
	require.Equal(t, "42", readFile(t, v1, "n/node/cgroup.procs"))
}

func TestHierarchies_Create_fillsEmptyCPUSet(t *testing.T) {
	v1 := newHierarchy(t, false, map[string]string{
		"cpuset.cpus": "0-3\n", "cpuset.mems": "0\n",
		"n/cpuset.cpus": "\n", "n/cpuset.mems": "\n",
		"n/node/cpuset.cpus": "1\n", "n/node/cpuset.mems": "\n", "n/node/cgroup.procs": "",
	})
	require.NoError(t, Hierarchies{v1}.Create("/n", 42))
	require.Equal(t, "0-3\n", readFile(t, v1, "n/cpuset.cpus"))
	require.Equal(t, "1\n", readFile(t, v1, "n/node/cpuset.cpus"), "an existing value is not changed")
	require.Equal(t, "0\n", readFile(t, v1, "n/node/cpuset.mems"))
}

func TestHierarchies_Create_delegatesControllersV2(t *testing.T) {
	v2 := newHierarchy(t, true, map[string]string{
		"cgroup.controllers": "memory\n", "cgroup.subtree_control": "",
		"n/cgroup.controllers": "memory\n", "n/cgroup.subtree_control": "", "n/node/cgroup.procs": "",
	})
	require.NoError(t, Hierarchies{v2}.Create("/n", 42))
	require.Equal(t, "+memory", readFile(t, v2, "cgroup.subtree_control"))
	require.Equal(t, "+memory", readFile(t, v2, "n/cgroup.subtree_control"))
}

func TestHierarchies_Remove_recursive(t *testing.T) {
	h := newHierarchy(t, false, nil)
	require.NoError(t, os.MkdirAll(filepath.Join(h.Path, "n/kubepods/burstable/pod1"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(h.Path, "other"), 0o755))
	require.NoError(t, Hierarchies{h}.Remove("/n"))
	require.NoDirExists(t, filepath.Join(h.Path, "n"))
	require.DirExists(t, filepath.Join(h.Path, "other"))
	require.NoError(t, Hierarchies{h}.Remove("/n"), "a missing cgroup is not an error")
}
