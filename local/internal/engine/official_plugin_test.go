package engine

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOfficialKubernetesPlugin_newestVersion(t *testing.T) {
	home := t.TempDir()
	t.Setenv("PULUMI_HOME", home)
	t.Setenv("PATH", t.TempDir())
	install := func(version string) string {
		dir := filepath.Join(home, "plugins", "resource-kubernetes-v"+version)
		require.NoError(t, os.MkdirAll(dir, 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "pulumi-resource-kubernetes"), nil, 0o700))
		return dir
	}
	require.Empty(t, OfficialKubernetesPlugin())
	install("3.30.2")
	install("4.x")
	require.Empty(t, OfficialKubernetesPlugin())
	for _, version := range []string{"4.9.1", "4.25.0-alpha.1", "4.25.0", "4.32.0"} {
		want := install(version)
		require.Equal(t, want, OfficialKubernetesPlugin())
	}
	newest := install("4.100.0")
	install("4.99.0")
	install("4.100.0-rc.1")
	require.Equal(t, newest, OfficialKubernetesPlugin())

	onPath := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(onPath, "pulumi-resource-kubernetes"), nil, 0o700))
	t.Setenv("PATH", onPath)
	require.Equal(t, onPath, OfficialKubernetesPlugin())
}
