// Package repotest gives tests the files of the repository that are outside this Go module. Go's test cache ignores
// such files, so make test runs this module uncached.
package repotest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
)

// Path returns the path of a file, or of a folder, of the repository.
func Path(t *testing.T, elements ...string) string {
	t.Helper()
	root, err := configtest.RepositoryRoot()
	require.NoError(t, err)
	return filepath.Join(append([]string{root}, elements...)...)
}

// Binary returns the path of a program in the directory MODELFERRY_BIN, or "" if that is not set.
func Binary(name string) string {
	dir := os.Getenv("MODELFERRY_BIN")
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, name)
}
