// Package repotest gives tests the files of the repository that are outside this Go module. Go's test cache ignores
// such files, so make test runs this module uncached.
package repotest

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config/configtest"
)

// Path returns the path of a file, or of a folder, of the repository.
func Path(tb testing.TB, elements ...string) string {
	tb.Helper()
	root, err := configtest.RepositoryRoot()
	require.NoError(tb, err)
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

// DisableCache keeps the go command from caching the result of a package's tests, also without -count=1. It caches a
// result with the list of files that the tests read, which lacks the programs that they run. Without the list it caches
// nothing. Call it in TestMain, after flag.Parse.
func DisableCache() {
	if list := flag.Lookup("test.testlogfile"); list != nil {
		_ = list.Value.Set("")
	}
}
