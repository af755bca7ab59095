package stackfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// writeFiles creates a project with the stack gke.
func writeFiles(tb testing.TB, project, stack string) (root string) {
	tb.Helper()
	root = tb.TempDir()
	require.NoError(tb, os.WriteFile(filepath.Join(root, "Pulumi.yaml"), []byte(project), 0o644))
	require.NoError(tb, os.WriteFile(DefaultPath(root, "gke"), []byte(stack), 0o644))
	return root
}

func TestSource_GetConfig(t *testing.T) {
	root := writeFiles(t, `
name: ferry
config:
  services: {value: {a: {port: 1}}}
  plain: text
  aws:region: one
  typed: {type: integer, default: 3}
`, `
config:
  aws:region: two
  ferry:list: [1, 2]
`)
	s, err := Read(root, "gke", Path(root, "gke"))
	require.NoError(t, err)
	require.Equal(t, "gke", s.Stack())
	require.Equal(t, []string{"aws:region", "ferry:list", "ferry:plain", "ferry:services", "ferry:typed"}, s.Keys())
	for key, want := range map[string]string{
		"aws:region": "two", "ferry:plain": "text", "ferry:list": "[1,2]", "ferry:typed": "3", "ferry:services": `{"a":{"port":1}}`,
	} {
		got, ok := s.GetConfig(key)
		require.True(t, ok, key)
		require.Equal(t, want, got, key)
	}
	_, ok := s.GetConfig("ferry:none")
	require.False(t, ok)
}

func TestPath_environment(t *testing.T) {
	t.Setenv(ConfigFileVariable, "")
	require.Equal(t, filepath.Join("root", "Pulumi.gke.yaml"), Path("root", "gke"))
	t.Setenv(ConfigFileVariable, "/elsewhere/config.yaml")
	require.Equal(t, "/elsewhere/config.yaml", Path("root", "gke"))
	t.Setenv(FilesVariable, "gke=/a/Pulumi.gke.yaml:eks=/b/Pulumi.eks.yaml:nonsense")
	require.Equal(t, "/a/Pulumi.gke.yaml", Path("root", "gke"))
	require.Equal(t, "/b/Pulumi.eks.yaml", Path("root", "eks"))
	require.Equal(t, "/elsewhere/config.yaml", Path("root", "staging"))
	require.True(t, IsNamed("eks"))
	require.False(t, IsNamed("staging"))
}

func TestRead_errors(t *testing.T) {
	root := writeFiles(t, "name: ferry", "")
	_, err := Read(root, "eks", DefaultPath(root, "eks"))
	require.ErrorContains(t, err, "Pulumi.eks.yaml")
	root = writeFiles(t, "name: ferry", "config:\n  a: 1\n  a: 2\n")
	_, err = Read(root, "gke", DefaultPath(root, "gke"))
	require.ErrorContains(t, err, `Pulumi.gke.yaml: yaml:`)
	require.ErrorContains(t, err, `"a" already defined`)
	require.NoError(t, os.Remove(filepath.Join(root, "Pulumi.yaml")))
	_, err = Read(root, "gke", DefaultPath(root, "gke"))
	require.ErrorContains(t, err, "Pulumi.yaml")
}
