package paths

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNew(t *testing.T) {
	layout, err := New("/repo", "gke")
	require.NoError(t, err)
	require.Equal(t, "/repo/.local/gke", layout.Dir())
	require.Equal(t, "/repo/.local/bin/kube", layout.Bin("kube"))
	require.Equal(t, "/repo/.local/gke/data", layout.DataDir())
	require.Equal(t, "/repo/.local/gke/data/etcd", layout.DataDir("etcd"))
	require.Equal(t, "/repo/.local/gke/log/kubelet.log", layout.Log("kubelet"))
	require.Equal(t, "/repo/.local/gke/secret/admin.token", layout.Secret("admin.token"))

	_, err = New("/repo", "azure")
	require.EqualError(t, err, `invalid stack "azure": must be one of gke, eks`)
}

func TestFromEnv(t *testing.T) {
	t.Setenv(StackDirEnv, "")
	_, ok := FromEnv()
	require.False(t, ok)

	t.Setenv(StackDirEnv, "/repo/.local/eks/")
	layout, ok := FromEnv()
	require.True(t, ok)
	require.Equal(t, Layout{Root: "/repo", Stack: "eks"}, layout)
}

func TestFindRoot(t *testing.T) {
	root, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	nested := filepath.Join(root, "a", "b")
	require.NoError(t, os.MkdirAll(nested, 0o755))
	t.Chdir(nested)

	_, err = FindRoot()
	require.ErrorContains(t, err, "run ferry inside the modelferry repository")

	require.NoError(t, os.WriteFile(filepath.Join(root, "Pulumi.yaml"), nil, 0o644))
	found, err := FindRoot()
	require.NoError(t, err)
	require.Equal(t, root, found)
}
