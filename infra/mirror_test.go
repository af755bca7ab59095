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
	for file := range gke {
		require.Contains(t, eks, file, "infra/eks has no %s", file)
	}
	for file := range eks {
		if !gke[file] {
			require.Contains(t, string(architecture), "`"+file+"`", "docs/architecture.md has no reason for infra/eks/%s", file)
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
