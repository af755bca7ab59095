// Package publish manages the model folder: the staging folder, the renames that publish all artifacts of a run
// together, and the marker file that is written last.
package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// Folder is an open and locked model folder.
type Folder struct {
	name   string
	root   *os.Root
	handle *os.File
}

// Open opens and locks the model folder, creating it if necessary, and rolls back an interrupted publication. Staged
// data of an interrupted run stays: see OpenArtifactStaging and PruneStaging.
func Open(name string) (*Folder, error) {
	if err := os.MkdirAll(name, 0o755); err != nil {
		return nil, unwritableError(name, err)
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, unwritableError(name, err)
	}
	handle, err := root.Open(".")
	if err != nil {
		return nil, unwritableError(name, errors.Join(err, root.Close()))
	}
	f := &Folder{name: name, root: root, handle: handle}
	// The kernel releases the lock when the process ends.
	if err := unix.Flock(int(handle.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, fetcherr.New(fetcherr.Transient, "%s: another fetcher is using this folder: %w", name, errors.Join(err, f.Close()))
	}
	if err := errors.Join(f.rollBackInterrupted(), f.renameFormerMarker()); err != nil {
		return nil, unwritableError(name, errors.Join(err, f.Close()))
	}
	return f, nil
}

func unwritableError(name string, err error) error {
	return fetcherr.New(fetcherr.InvalidConfig, "model folder %s: %w", name, err).
		WithHint("mount a volume that the fetcher's user can write to")
}

// rollBackInterrupted undoes an interrupted publication and removes its staging folder.
func (f *Folder) rollBackInterrupted() error {
	if !f.exists(pendingMarkerName) {
		return nil
	}
	if err := f.rollBack(); err != nil {
		return err
	}
	return f.RemoveStaging()
}

// renameFormerMarker gives a marker of an earlier version its name of today.
func (f *Folder) renameFormerMarker() error {
	var err error
	if f.exists(MarkerName) {
		err = f.root.Remove(formerMarkerName)
	} else {
		err = f.root.Rename(formerMarkerName, MarkerName)
	}
	if isNotExist(err) {
		return nil
	}
	return err
}

// RemoveStaging removes the staging folder. It stays if a publication could neither be completed nor undone: it then
// contains what was published before, and the next run undoes the publication.
func (f *Folder) RemoveStaging() error {
	if f.exists(pendingMarkerName) {
		return nil
	}
	return f.root.RemoveAll(stagingFolder)
}

// Contains reports whether a path, relative to the model folder, exists. Links are followed.
func (f *Folder) Contains(name string) bool {
	_, err := f.root.Stat(name)
	return err == nil
}

func (f *Folder) isFolder(name string) bool {
	info, err := f.root.Stat(name)
	return err == nil && info.IsDir()
}

// exists reports whether a path exists in the model folder. A link counts, even if it is dangling.
func (f *Folder) exists(name string) bool {
	_, err := f.root.Lstat(name)
	return err == nil
}

// Close releases the lock.
func (f *Folder) Close() error { return errors.Join(f.handle.Close(), f.root.Close()) }

// OpenStaging opens the staging folder, creating it if necessary. Each artifact has a folder there, and a journal
// beside it.
func (f *Folder) OpenStaging() (*os.Root, error) {
	if err := f.root.Mkdir(stagingFolder, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return f.root.OpenRoot(stagingFolder)
}

// OpenArtifactStaging opens the staging folder of the artifact with this index. With fresh it is emptied first.
func (f *Folder) OpenArtifactStaging(index int, fresh bool) (*os.Root, error) {
	name := artifactStagingPath(index)
	if fresh {
		if err := f.RemoveArtifactStaging(index); err != nil {
			return nil, err
		}
	}
	if err := f.root.MkdirAll(name, 0o755); err != nil {
		return nil, err
	}
	return f.root.OpenRoot(name)
}

// RemoveArtifactStaging removes the staged data of the artifact with this index.
func (f *Folder) RemoveArtifactStaging(index int) error {
	return errors.Join(f.root.RemoveAll(artifactStagingPath(index)), f.root.RemoveAll(path.Join(stagingFolder, JournalName(index))))
}

// PruneStaging removes everything from the staging folder except the artifacts with the indexes in keep.
func (f *Folder) PruneStaging(keep map[int]bool) error {
	staging, err := f.root.Open(stagingFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	names, err := staging.Readdirnames(-1)
	if err := errors.Join(err, staging.Close()); err != nil {
		return err
	}
	for _, name := range names {
		index, err := strconv.Atoi(strings.TrimSuffix(name, journalSuffix))
		if err != nil || !keep[index] {
			err = f.root.RemoveAll(path.Join(stagingFolder, name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// journalSuffix follows the index in the name of an artifact's journal.
const journalSuffix = ".journal"

// JournalName returns the name of an artifact's journal in the staging folder.
func JournalName(index int) string { return strconv.Itoa(index) + journalSuffix }

func artifactStagingPath(index int) string { return path.Join(stagingFolder, strconv.Itoa(index)) }

// FreeBytes returns how many bytes the fetcher's user can write to the volume.
func (f *Folder) FreeBytes() (int64, error) {
	var stat unix.Statfs_t
	if err := unix.Fstatfs(int(f.handle.Fd()), &stat); err != nil {
		return 0, fmt.Errorf("statfs %s: %w", f.name, err)
	}
	return int64(stat.Bavail) * stat.Bsize, nil
}

// isNotExist reports whether a path does not exist, including a path below a regular file.
func isNotExist(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR)
}
