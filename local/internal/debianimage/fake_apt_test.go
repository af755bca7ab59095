package debianimage

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/node/hostdeps"
)

// fakeApt is an apt-get of the test.
type fakeApt struct {
	hostdeps.Apt
	state string
}

// newFakeApt returns an apt-get that knows the package six. Each call runs a script first, in which $call is update,
// resolve or download, old is true until the lists of packages were updated, and fail ends the call.
func newFakeApt(t *testing.T, script string) fakeApt {
	t.Helper()
	state := t.TempDir()
	deb := newDeb(t, "six", map[string]os.FileMode{"usr/lib/python3/dist-packages/six.py": 0o644})
	require.NoError(t, os.Rename(deb, filepath.Join(state, "six_1-1_all.deb")))
	file := filepath.Join(state, "apt-get")
	require.NoError(t, os.WriteFile(file, []byte(`#!/bin/sh
state=$(dirname "$0")
old() { ! test -e $state/updated; }
fail() { echo "E: $*"; exit 100; }
for option; do case $option in --option=Dir::Cache::archives=*) archives=${option#*::archives=};; esac; done
case "$*" in
*update) call=update; touch $state/updated;;
*--simulate*) call=resolve;;
*--download-only*) call=download;;
esac
echo $call >>$state/calls
`+script+`
case $call in
resolve) echo "Inst six (1-1 Debian:12.15/oldstable [all])";;
download) cp $state/*.deb $archives;;
esac
`), 0o700))
	return fakeApt{hostdeps.Apt{AptGet: file, Lock: file + ".lock"}, state}
}

func (a fakeApt) build(t *testing.T, cacheDir string) (*Layer, error) {
	t.Helper()
	return buildUpdated(t.Context(), a.Apt, cacheDir, Spec{Packages: []string{"six"}}, func(line string) { t.Log(line) })
}

// calls returns what apt-get was called for since the last time.
func (a fakeApt) calls(t *testing.T) []string {
	t.Helper()
	file := filepath.Join(a.state, "calls")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, os.Remove(file))
	return strings.Fields(string(content))
}

// newDeb builds a package with the files of a folder.
func newDeb(t *testing.T, name string, files map[string]os.FileMode) string {
	t.Helper()
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		t.Skip("needs dpkg-deb of Debian")
	}
	dir := filepath.Join(t.TempDir(), name)
	control := "Package: " + name + "\nVersion: 1\nArchitecture: all\nMaintainer: none <none@example.com>\nDescription: test\n"
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "DEBIAN"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "DEBIAN", "control"), []byte(control), 0o600))
	for file, mode := range files {
		file = filepath.Join(dir, file)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(name), 0o600))
		require.NoError(t, os.Chmod(file, mode))
	}
	deb := dir + ".deb"
	output, err := exec.Command("dpkg-deb", "--build", dir, deb).CombinedOutput()
	require.NoError(t, err, "%s", output)
	return deb
}
