package engine_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/repotest"
)

// newRepository creates a repository with a project, its stack files and the real pulumi CLI.
func newRepository(t *testing.T) paths.Layout {
	t.Helper()
	root := t.TempDir()
	write := func(name, content string) {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o600))
	}
	write("Pulumi.yaml", "name: modelferry\nruntime: go\nconfig:\n  catalogue:\n    value:\n      bankchurn: {port: 8000}\n")
	write("Pulumi.gke.yaml", "# a comment\nconfig:\n  gcp:project: demo-project\n  gcp:region: europe-west4\n  modelferry:size: 1\n")
	write("Pulumi.eks.yaml", "config:\n  aws:region: eu-central-1\n")
	p, err := paths.New(root, "gke")
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(filepath.Dir(p.Bin("pulumi")), 0o755))
	require.NoError(t, os.Symlink(pulumiCLI(t), p.Bin("pulumi")))
	return p
}

// pulumiCLI returns the path of the pulumi CLI: from MODELFERRY_BIN, from .local/bin, or built from tools/pulumi into
// the user's cache directory.
func pulumiCLI(t *testing.T) string {
	t.Helper()
	if path := repotest.Binary("pulumi"); path != "" {
		return path
	}
	if path := repotest.Path(t, ".local", "bin", "pulumi"); fileExists(path) {
		return path
	}
	cache, err := os.UserCacheDir()
	require.NoError(t, err)
	version := "v" + sdk.Version.String()
	path := filepath.Join(cache, "modelferry", "pulumi-"+version)
	if fileExists(path) {
		return path
	}
	// The Automation API needs the CLI's version, which is set at link time.
	build := exec.Command("go", "build", "-o", path,
		"-ldflags", "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version="+version,
		"github.com/pulumi/pulumi/pkg/v3/cmd/pulumi")
	build.Dir = repotest.Path(t, "tools", "pulumi")
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	return path
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// newProgramRepository creates a repository with the project and stack files of this one, in which everything is
// published.
func newProgramRepository(t *testing.T, name string) paths.Layout {
	t.Helper()
	p := newRepository(t)
	for _, file := range []string{"Pulumi.yaml", "Pulumi.gke.yaml", "Pulumi.eks.yaml"} {
		content, err := os.ReadFile(repotest.Path(t, file))
		require.NoError(t, err)
		content = bytes.ReplaceAll(content, []byte(config.PlaceholderDigest), []byte(configtest.ExampleDigest))
		require.NoError(t, os.WriteFile(filepath.Join(p.Root, file), content, 0o600))
	}
	p.Stack = name
	return p
}
