package docs

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	fuzzFunction = regexp.MustCompile(`(?m)^func (Fuzz[A-Z]\w*)\(`)
	// fuzzCommand has the module, the fuzz target, and the package relative to the module.
	fuzzCommand = regexp.MustCompile(`(?m)^go test -C (\S+) .*-fuzz '\^(\w+)\$' .* (\./\S*|\.)$`)
)

// moduleOf returns the folder of the module that contains a folder, both relative to root.
func moduleOf(folder string) string {
	for ; folder != "."; folder = path.Dir(folder) {
		if _, err := os.Stat(filepath.Join(root, folder, "go.mod")); err == nil {
			break
		}
	}
	return folder
}

// A misspelled target is no error of go test, which then runs nothing.
func TestSoak_runsEveryFuzzTarget(t *testing.T) {
	var want, got []string
	for _, file := range repositoryFiles(t, "_test.go") {
		for _, match := range fuzzFunction.FindAllStringSubmatch(read(t, file), -1) {
			module := moduleOf(path.Dir(file))
			within := strings.TrimPrefix(strings.TrimPrefix(path.Dir(file), module), "/")
			want = append(want, strings.TrimSuffix(module+" ./"+within, "/")+" "+match[1])
		}
	}
	out, err := dryRun(t, nil, "soak")
	require.NoError(t, err, out)
	for _, match := range fuzzCommand.FindAllStringSubmatch(out, -1) {
		got = append(got, match[1]+" "+match[3]+" "+match[2])
	}
	require.NotEmpty(t, want)
	slices.Sort(want)
	slices.Sort(got)
	require.Equal(t, want, got, "the fuzz targets of the repository, and those of make soak: MODULE PACKAGE TARGET")
}
