package buildcache

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func open(t *testing.T, dir string) *Cache {
	t.Helper()
	c, err := Open(t.Context(), dir)
	require.NoError(t, err)
	return c
}

func text(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

func TestCache_WriteFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	c := open(t, dir)
	require.NoError(t, c.WriteFile("file", text("one")))
	require.NoError(t, c.WriteFile("file", text("two")))

	failure := errors.New("no space")
	err := c.WriteFile("file", func(w io.Writer) error { return errors.Join(text("half")(w), failure) })
	require.ErrorIs(t, err, failure)
	require.ErrorIs(t, c.WriteFile("other", func(io.Writer) error { return failure }), failure)
	c.Close()

	content, err := os.ReadFile(c.Path("file"))
	require.NoError(t, err)
	require.Equal(t, "two", string(content), "not the half of a failed write")
	require.Equal(t, []string{"file", "lock"}, names(t, dir))
}

// The file has its name only when it is whole.
func TestCache_WriteFile_readMeanwhile(t *testing.T) {
	c := open(t, t.TempDir())
	defer c.Close()
	require.NoError(t, c.WriteFile("file", func(w io.Writer) error {
		require.NoFileExists(t, c.Path("file"))
		return text("whole")(w)
	}))
	require.FileExists(t, c.Path("file"))
}

// What a killed process has left is removed by the next one, which has the lock then.
func TestOpen_removesLeftovers(t *testing.T) {
	dir := t.TempDir()
	killed := open(t, dir)
	half, err := killed.TempDir()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(half, "half"), nil, 0o600))
	require.NoError(t, killed.WriteFile("file", text("whole")))
	// Another process waits, and leaves alone what this one uses.
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = Open(short, dir)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.FileExists(t, filepath.Join(half, "half"))

	killed.unlock() // as the kernel does
	next := open(t, dir)
	require.Equal(t, []string{"file", "lock"}, names(t, dir))
	next.Close()
}

func TestCache_TempDir(t *testing.T) {
	dir := t.TempDir()
	c := open(t, dir)
	one, err := c.TempDir()
	require.NoError(t, err)
	two, err := c.TempDir()
	require.NoError(t, err)
	require.NotEqual(t, one, two)
	require.NoError(t, os.Rename(one, c.Path("folder")))
	c.Close()
	require.Equal(t, []string{"folder", "lock"}, names(t, dir))
}

func TestKey(t *testing.T) {
	require.Len(t, Key("a", 1), 16)
	require.Equal(t, Key("a", map[string]int{"x": 1, "y": 2}), Key("a", map[string]int{"y": 2, "x": 1}))
	require.NotEqual(t, Key("a", "b"), Key("ab"))
}

func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}
