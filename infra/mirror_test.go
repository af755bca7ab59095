package infra_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A reader who knows one cloud's package finds the same files in the other.
func TestClouds_sameFiles(t *testing.T) {
	architecture, err := os.ReadFile(filepath.Join("..", "docs", "architecture.md"))
	require.NoError(t, err)
	gke, eks := sourceFiles(t, "gke"), sourceFiles(t, "eks")
	for _, cloud := range []struct {
		dir         string
		files, peer map[string]bool
	}{{"gke", gke, eks}, {"eks", eks, gke}} {
		_, row, found := strings.Cut(string(architecture), "| only in `infra/"+cloud.dir+"/` |")
		require.True(t, found, "docs/architecture.md has no row for the files only in infra/%s", cloud.dir)
		row, _, _ = strings.Cut(row, "\n")
		for file := range cloud.files {
			if !cloud.peer[file] {
				require.Contains(t, row, "`"+file+"`", "docs/architecture.md has no reason for infra/%s/%s", cloud.dir, file)
			}
		}
	}
}

func sourceFiles(t *testing.T, dir string) map[string]bool {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	files := map[string]bool{}
	for _, entry := range entries {
		if name := entry.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			files[name] = true
		}
	}
	return files
}
