package images

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// Another process reads the whole program at any time, also if temporary files are on another file system.
func TestProgram_Compile_replacesAtOnce(t *testing.T) {
	dir := t.TempDir()
	temporary, err := os.MkdirTemp("/dev/shm", "modelferry-")
	if err != nil {
		t.Skipf("this machine has no second file system for temporary files: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(temporary)) })
	t.Setenv("TMPDIR", temporary)
	t.Setenv("GOTMPDIR", "")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/x\n\ngo 1.26\n"), 0o600))
	source := "package main\n\nimport _ \"embed\"\n\n//go:embed data\nvar data string\n\nfunc main() { println(data) }\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "data"), make([]byte, 32<<20), 0o600)) // takes a while to copy
	program, out := Program{Name: "x", Module: dir, Package: "."}, filepath.Join(dir, "x")
	require.NoError(t, program.Compile(t.Context(), runtime.GOARCH, out))
	whole, err := os.Stat(out)
	require.NoError(t, err)

	var stopped atomic.Bool
	result := make(chan error, 1)
	go func() {
		for !stopped.Load() {
			if seen, err := os.Stat(out); err != nil || seen.Size() != whole.Size() {
				result <- errors.Join(errors.New("a part of the program was seen"), err)
				return
			}
		}
		result <- nil
	}()
	for range 3 {
		require.NoError(t, program.Compile(t.Context(), runtime.GOARCH, out))
	}
	stopped.Store(true)
	require.NoError(t, <-result)
}
