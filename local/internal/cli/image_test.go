package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/stackfile"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/repotest"
)

// make image with REGISTRY and STACK publishes the fetcher for the stack.
func TestSetFetcherImage(t *testing.T) {
	t.Setenv(stackfile.ConfigFileVariable, "")
	root := t.TempDir()
	for _, name := range []string{"Pulumi.yaml", "Pulumi.gke.yaml"} {
		content, err := os.ReadFile(repotest.Path(t, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(root, name), content, 0o600))
	}
	before, err := os.ReadFile(filepath.Join(root, "Pulumi.gke.yaml"))
	require.NoError(t, err)
	file, err := openStackFile(root, "gke", "registry.example")
	require.NoError(t, err)
	cmd := &cobra.Command{}
	cmd.SetErr(&bytes.Buffer{})
	digest := strings.Repeat("ab", 32)
	require.NoError(t, setFetcherImage(cmd, file, "registry.example/fetcher@sha256:"+digest))

	after, err := os.ReadFile(filepath.Join(root, "Pulumi.gke.yaml"))
	require.NoError(t, err)
	old := "europe-west1-docker.pkg.dev/modelferry-demo/modelferry/fetcher@sha256:" + config.PlaceholderDigest
	require.Equal(t, strings.ReplaceAll(string(before), old, "registry.example/fetcher@sha256:"+digest), string(after))
	c, err := file.Config()
	require.NoError(t, err)
	for _, warning := range c.UnpublishedWarnings("gke") {
		require.NotContains(t, warning, "modelferry:fetcher")
	}
}

func TestOpenStackFile_invalid(t *testing.T) {
	t.Setenv(stackfile.ConfigFileVariable, "")
	_, err := openStackFile(t.TempDir(), "gke", "")
	require.ErrorContains(t, err, "--stack needs --registry")
	_, err = openStackFile(t.TempDir(), "gke", "registry.example")
	require.ErrorIs(t, err, os.ErrNotExist)
	file, err := openStackFile(t.TempDir(), "", "registry.example")
	require.NoError(t, err)
	require.Nil(t, file)
}
