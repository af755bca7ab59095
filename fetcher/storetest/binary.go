// Package storetest starts object stores for tests: versitygw for S3 and fake-gcs-server for GCS. A test package calls
// Main in its TestMain, so that the servers stop after the tests.
package storetest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"golang.org/x/sys/unix"
)

// packages are the servers' main packages in the module tools/stores.
var packages = map[string]string{
	"versitygw":       "github.com/versity/versitygw/cmd/versitygw",
	"fake-gcs-server": "github.com/fsouza/fake-gcs-server",
}

// serverBinary returns the path of a server in MODELFERRY_BIN. If that is not set, the server is built, which takes
// minutes the first time.
func serverBinary(name string) (string, error) {
	if folder := os.Getenv("MODELFERRY_BIN"); folder != "" {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("MODELFERRY_BIN: %w", err)
		}
		return path, nil
	}
	_, here, _, _ := runtime.Caller(0)
	if !filepath.IsAbs(here) {
		return "", fmt.Errorf("%s: a test that is built with -trimpath does not find the repository: set MODELFERRY_BIN "+
			"to the folder of the servers, as make test does", name)
	}
	repository := filepath.Join(filepath.Dir(here), "../..")
	folder := filepath.Join(repository, ".local", "bin")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	// Test packages run in parallel: only one of them builds.
	lock, err := os.OpenFile(filepath.Join(folder, ".lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return "", err
	}
	path := filepath.Join(folder, name)
	if _, err := os.Stat(path); err == nil && !isOutdated(path, filepath.Join(repository, "tools/stores/go.sum")) {
		return path, nil
	}
	build := exec.Command("go", "build", "-C", filepath.Join(repository, "tools/stores"), "-o", path, packages[name])
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s from tools/stores: %w\n%s", name, err, output)
	}
	return path, nil
}

// isOutdated reports whether a binary is older than the go.sum file that pins its version.
func isOutdated(binary, sums string) bool {
	built, err := os.Stat(binary)
	if err != nil {
		return true
	}
	pinned, err := os.Stat(sums)
	return err == nil && pinned.ModTime().After(built.ModTime())
}
