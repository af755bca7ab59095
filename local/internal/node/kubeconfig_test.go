package node

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/paths"
)

func TestWriteKubeconfig_lastStack(t *testing.T) {
	root := t.TempDir()
	start := func(stack, server string) paths.Layout {
		layout, err := paths.New(root, stack)
		require.NoError(t, err)
		require.NoError(t, os.MkdirAll(filepath.Dir(layout.Secret("admin.token")), 0o700))
		require.NoError(t, os.WriteFile(layout.Secret("admin.token"), []byte("token\n"), 0o600))
		require.NoError(t, writeKubeconfig(layout, Info{APIServerURL: server, CAData: []byte("PEM")}))
		return layout
	}
	gke := start("gke", "https://10.213.0.2")
	eks := start("eks", "https://10.214.0.2")
	last, err := os.ReadFile(gke.LastKubeconfig())
	require.NoError(t, err)
	require.Contains(t, string(last), "https://10.214.0.2")
	require.Contains(t, string(last), "token: token\n")
	info, err := os.Stat(eks.Kubeconfig())
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())

	require.NoError(t, removeKubeconfig(gke))
	require.NoFileExists(t, gke.Kubeconfig())
	require.FileExists(t, gke.LastKubeconfig(), "it belongs to the other stack")
	require.NoError(t, removeKubeconfig(eks))
	require.NoFileExists(t, eks.LastKubeconfig())
	require.NoError(t, removeKubeconfig(eks))
}
