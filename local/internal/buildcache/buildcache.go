// Package buildcache has folders of files that take long to make, such as the layers of images. The processes of two
// stacks share a folder: each file is made once.
package buildcache

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/local/internal/filelock"
	"github.com/modelferry/modelferry/local/internal/jsondigest"
)

// Cache is a folder that no other process changes until Close.
type Cache struct {
	dir    string
	unlock func()
}

// Open waits for other processes to close a folder, which is created if there is none. It removes what a process has
// left that was killed before Close.
func Open(ctx context.Context, dir string) (*Cache, error) {
	unlock, err := filelock.Lock(ctx, filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	c := &Cache{dir, unlock}
	c.removeTemporary()
	return c, nil
}

// Close removes temporary files and lets other processes use the folder.
func (c *Cache) Close() {
	c.removeTemporary()
	c.unlock()
}

// temporary is the folder of what is not whole yet.
func (c *Cache) temporary() string { return filepath.Join(c.dir, "temporary") }

// removeTemporary leaves what cannot be removed to the next process: a command that a killed process has started, such
// as tar, may still write. Names are not used again, so nothing of it gets into another build.
func (c *Cache) removeTemporary() { _ = os.RemoveAll(c.temporary()) }

// Path returns the path of a file or folder.
func (c *Cache) Path(name string) string { return filepath.Join(c.dir, name) }

// TempDir returns a new folder, from which files can be moved to Path. Close removes it.
func (c *Cache) TempDir() (string, error) {
	if err := os.MkdirAll(c.temporary(), 0o755); err != nil {
		return "", fmt.Errorf("cache: %w", err)
	}
	dir, err := os.MkdirTemp(c.temporary(), "")
	if err != nil {
		return "", fmt.Errorf("cache: %w", err)
	}
	return dir, nil
}

// WriteFile writes or replaces a file. Processes that read it see a whole file.
func (c *Cache) WriteFile(name string, write func(io.Writer) error) error {
	dir, err := c.TempDir()
	if err != nil {
		return err
	}
	out, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	defer out.Close()
	if err := write(out); err != nil {
		return fmt.Errorf("write %s: %w", c.Path(name), err)
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("write %s: %w", c.Path(name), err)
	}
	return os.Rename(out.Name(), c.Path(name))
}

// Key returns a part of a file's name: 16 hex digits that stand for the values from which the file is made. The values
// must be such that JSON has them.
func Key(values ...any) string {
	digest, err := jsondigest.SHA256(values)
	if err != nil {
		panic(err)
	}
	return digest[:16]
}
