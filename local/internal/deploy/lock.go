package deploy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// Lock takes the stack's lock, so that only one command at a time works on it. The kernel releases the lock when the
// process exits.
func Lock(layout paths.Layout) (unlock func(), err error) {
	// The file is not in the stack's folder, because Down removes that.
	name := filepath.Join(layout.LocalDir(), layout.Stack+".lock")
	if err := os.MkdirAll(layout.LocalDir(), 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock of %s: %w", layout.Stack, err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner := make([]byte, 20)
		n, _ := file.ReadAt(owner, 0) // the file may be empty
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("another ferry%s is at work on %s: wait until it has finished",
				ownerText(string(owner[:n])), layout.Stack)
		}
		return nil, fmt.Errorf("lock of %s: %w", layout.Stack, err)
	}
	if err := errors.Join(file.Truncate(0), writePID(file)); err != nil {
		return nil, errors.Join(fmt.Errorf("lock of %s: %w", layout.Stack, err), file.Close())
	}
	return func() { _ = file.Close() }, nil // closing the file unlocks it
}

func writePID(file *os.File) error {
	_, err := file.WriteAt(fmt.Appendf(nil, "%d", os.Getpid()), 0)
	return err
}

func ownerText(pid string) string {
	if pid == "" {
		return ""
	}
	return " (process " + pid + ")"
}
