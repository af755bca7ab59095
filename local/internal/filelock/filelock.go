// Package filelock has locks between processes, such as those of two stacks.
package filelock

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Lock waits until no other process holds the lock of a file, and takes it. The file and its folder are created.
func Lock(ctx context.Context, file string) (unlock func(), err error) {
	const interval = 100 * time.Millisecond
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return nil, fmt.Errorf("lock %s: %w", file, err)
	}
	lock := flock.New(file)
	if _, err := lock.TryLockContext(ctx, interval); err != nil {
		return nil, fmt.Errorf("lock %s: %w", file, err)
	}
	return func() { _ = lock.Unlock() }, nil
}
