// Package repotest gives tests the files of the repository that are outside this Go module.
//
// Go's test cache ignores files outside the module: a test that read ../../Pulumi.yaml would stay "(cached)" after a
// change of that file. It follows symbolic links, though, so this package reads those files through links in testdata.
// Source: computeTestInputsID in https://go.dev/src/cmd/go/internal/test/test.go.
package repotest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Path returns the path of a file of the repository, by the name of its link in testdata, and makes the test's cache
// entry depend on it.
func Path(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(Root(t), name)
	file, err := os.Open(path)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	return path
}

// Config makes the test's cache entry depend on the project file and the stack files, for tests that read them from
// the repository by other means.
func Config(t *testing.T) {
	t.Helper()
	for _, name := range []string{"Pulumi.yaml", "Pulumi.gke.yaml", "Pulumi.eks.yaml"} {
		Path(t, name)
	}
}

// Root returns the directory of the links: the part of the repository's root that tests need.
func Root(t *testing.T) string {
	t.Helper()
	working, err := os.Getwd()
	require.NoError(t, err)
	for dir := working; ; dir = filepath.Dir(dir) {
		root := filepath.Join(dir, "internal", "repotest", "testdata")
		if _, err := os.Lstat(root); err == nil {
			return root
		}
		require.NotEqual(t, "/", dir, "%s is not in the module of repotest", working)
	}
}

// Binary returns the path of a program in the directory MODELFERRY_BIN, or "" if that is not set. The test's cache
// entry depends on the program if the directory is the repository's .local/bin.
func Binary(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("MODELFERRY_BIN")
	if dir == "" {
		return ""
	}
	link := filepath.Join(Root(t), "bin")
	if target, err := filepath.EvalSymlinks(link); err == nil {
		if resolved, err := filepath.EvalSymlinks(dir); err == nil && resolved == target {
			return Path(t, filepath.Join("bin", name))
		}
	}
	return filepath.Join(dir, name)
}
