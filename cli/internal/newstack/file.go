package newstack

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/modelferry/modelferry/cli/stackfile"
)

// Write writes the stack file of a new stack into a directory, all of it or nothing, and returns its path. The error is
// fs.ErrExist if there is one already.
func Write(root, stack string, content []byte) (string, error) {
	path := stackfile.DefaultPath(root, stack)
	temporary, err := os.CreateTemp(root, ".Pulumi-*.tmp")
	if err != nil {
		return "", fmt.Errorf("stack file: %w", err)
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // best effort: the link exists, or Write has failed
	_, err = temporary.Write(content)
	if err := errors.Join(err, temporary.Chmod(0o644), temporary.Sync(), temporary.Close()); err != nil {
		return "", fmt.Errorf("stack file: %w", err)
	}
	// In contrast to a rename, a link never replaces a file.
	if err := os.Link(temporary.Name(), path); errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%s: %w, and is not changed: edit it, or choose another name (--stack)", filepath.Base(path), fs.ErrExist)
	} else if err != nil {
		return "", fmt.Errorf("stack file: %w", err)
	}
	return path, nil
}
