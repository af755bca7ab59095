package engine

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// The provider of a stack is what was selected for its first update, whatever is installed.
func TestKubernetesProvider_recorded(t *testing.T) {
	p, err := paths.New(t.TempDir(), "gke")
	require.NoError(t, err)
	installed := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(installed, "pulumi-resource-kubernetes"), nil, 0o700))
	t.Setenv("PATH", installed)
	t.Setenv(ProviderEnv, "offical")
	_, err = kubernetesPluginDir(p, "quick")
	require.EqualError(t, err, `invalid MODELFERRY_PROVIDER "offical": must be official or quick`)

	t.Setenv(ProviderEnv, QuickProvider)
	dir, err := kubernetesPluginDir(p, "quick")
	require.NoError(t, err)
	require.Equal(t, "quick", dir)

	t.Setenv(ProviderEnv, "")
	dir, err = kubernetesPluginDir(p, "quick")
	require.NoError(t, err)
	require.Equal(t, "quick", dir, "the record holds without the variable")

	t.Setenv(ProviderEnv, OfficialProvider)
	_, err = kubernetesPluginDir(p, "quick")
	require.EqualError(t, err, `invalid MODELFERRY_PROVIDER "official": the stack gke has the provider "quick": `+
		"run make down STACK=gke before you change it")

	require.NoError(t, os.RemoveAll(p.Dir())) // make down
	t.Setenv(ProviderEnv, "")
	_, err = kubernetesPluginDir(p, "quick")
	require.ErrorContains(t, err, "make up builds it, and make up PROVIDER=quick needs none")
	require.NoError(t, os.MkdirAll(p.Bin(""), 0o755))
	require.NoError(t, os.WriteFile(p.Bin("pulumi-resource-kubernetes"), nil, 0o700))
	dir, err = kubernetesPluginDir(p, "quick")
	require.NoError(t, err)
	require.Equal(t, filepath.Clean(p.Bin("")), dir, "official is the default")
}
