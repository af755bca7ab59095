package stackfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func writeFiles(t *testing.T, project, stack string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(project), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.gke.yaml"), []byte(stack), 0o644))
	return dir
}

func TestFile_GetConfig(t *testing.T) {
	dir := writeFiles(t, `
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
  ferry:gone: 1
`)
	f, err := Read(dir, "gke", map[string]any{"ferry:services": map[string]any{"a": map[string]any{"name": "x"}}, "ferry:gone": nil})
	require.NoError(t, err)
	require.Equal(t, []string{"aws:region", "ferry:list", "ferry:plain", "ferry:services", "ferry:typed"}, f.Keys())
	for key, want := range map[string]string{
		"ferry:plain": "text", "aws:region": "two", "ferry:list": "[1,2]", "ferry:typed": "3",
		"ferry:services": `{"a":{"name":"x","port":1}}`,
	} {
		got, ok := f.GetConfig(key)
		require.True(t, ok, key)
		require.Equal(t, want, got, key)
	}
	_, ok := f.GetConfig("ferry:none")
	require.False(t, ok)
}

func TestRead_errors(t *testing.T) {
	_, err := Read(t.TempDir(), "gke", nil)
	require.ErrorContains(t, err, "Pulumi.yaml")
	_, err = Read(writeFiles(t, "name: ferry", "config:\n  a: 1\n  a: 2\n"), "gke", nil)
	require.ErrorContains(t, err, `Pulumi.gke.yaml: yaml:`)
	require.ErrorContains(t, err, `"a" already defined`)
}
