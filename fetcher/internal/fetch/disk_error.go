package fetch

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// classifyDiskError gives an error of the file system its kind. An error that already has a kind keeps it.
func classifyDiskError(err error) error {
	var known *fetcherr.Error
	var file *os.PathError
	var link *os.LinkError
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case errors.Is(err, unix.ENOSPC), errors.Is(err, unix.EDQUOT):
		return fetcherr.New(fetcherr.NoSpace, "%w", err).WithHint("raise the emptyDir's sizeLimit or the node's disk")
	case errors.As(err, &file), errors.As(err, &link):
		return fetcherr.New(fetcherr.InvalidConfig, "model folder: %w", err).
			WithHint("mount a volume that the fetcher's user can write to")
	}
	return err
}
