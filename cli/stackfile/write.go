package stackfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// ErrChanged means that the file on disk is not the one that was read.
var ErrChanged = errors.New("the file was edited meanwhile")

// CheckUnchanged returns ErrChanged if the file on disk is not the one that was read.
func (f *File) CheckUnchanged() error {
	current, err := os.ReadFile(f.path)
	if err != nil {
		return err
	}
	if !bytes.Equal(current, f.original) {
		return fmt.Errorf("%s: %w: nothing was written to it, run the command again", f.Name(), ErrChanged)
	}
	return nil
}

// Write writes the edits. The file has the old content or the new one at any time. It returns ErrChanged, and writes
// nothing, if the file on disk is not the one that was read. Files without edits are not written.
func (f *File) Write() (err error) {
	if !f.Changed() {
		return nil
	}
	target, err := filepath.EvalSymlinks(f.path) // the link stays
	if err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(target))
	if err != nil {
		return err
	}
	defer dir.Close()
	// Of two writers, the second one reads what the first one has written.
	if err := unix.Flock(int(dir.Fd()), unix.LOCK_EX); err != nil && !errors.Is(err, unix.ENOTSUP) && !errors.Is(err, unix.ENOLCK) {
		return fmt.Errorf("lock %s: %w", dir.Name(), err)
	}
	if err := f.CheckUnchanged(); err != nil {
		return err
	}
	if err := replaceFile(target, f.content); err != nil {
		return fmt.Errorf("%s: nothing was written to it: %w", f.Name(), err)
	}
	f.original = f.content
	return dir.Sync()
}

// replaceFile replaces the content of a file in one step. A killed process leaves the file .NAME.next, which the next
// call replaces.
func replaceFile(target string, content []byte) error {
	info, err := os.Stat(target)
	if err != nil {
		return err
	}
	next := filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".next")
	file, err := os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Chmod(info.Mode().Perm()), file.Sync(), file.Close())
	var stat unix.Stat_t
	if unix.Stat(target, &stat) == nil {
		_ = os.Chown(next, int(stat.Uid), int(stat.Gid)) // only root may give files away
	}
	if err == nil {
		err = os.Rename(next, target)
	}
	if err != nil {
		return errors.Join(err, os.Remove(next))
	}
	return nil
}
