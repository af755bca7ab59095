// Package publish owns the model folder: a hidden staging folder beside the
// final names, the renames that make all artifacts of a run appear together,
// and the marker that says that they are complete.
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

// Folder is an open model folder, which no other fetcher works in.
type Folder struct {
	name   string
	root   *os.Root
	handle *os.File
}

// Open opens the model folder, making it where it does not exist, locks it,
// and takes back a publication that was cut off. What a run that was cut off
// has staged stays for who asks for it: see Stage and Prune.
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
	// The lock is the process's: it goes when the process does, however.
	if err := unix.Flock(int(handle.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, fetcherr.New(fetcherr.Transient, "%s: another fetcher is using this folder: %w", name, errors.Join(err, f.Close()))
	}
	if err := f.rollBack(); err != nil {
		return nil, unwritableError(name, errors.Join(err, f.Close()))
	}
	return f, nil
}

func unwritableError(name string, err error) error {
	return fetcherr.New(fetcherr.InvalidConfig, "model folder %s: %w", name, err).
		WithHint("mount a volume that the fetcher's user can write to")
}

// rollBack takes back a publication that was cut off, and its staging: what is
// left of that is not to be told from what was moved away.
func (f *Folder) rollBack() error {
	journal, err := readMarker(f.root, pendingMarkerName)
	if err != nil {
		return err
	}
	if journal == nil {
		return nil
	}
	if err := f.removePublished(*journal); err != nil {
		return err
	}
	return f.RemoveStaging()
}

// RemoveStaging removes the staging folder with all that is in it.
func (f *Folder) RemoveStaging() error { return f.root.RemoveAll(stagingFolder) }

// Close gives the folder and its lock back.
func (f *Folder) Close() error { return errors.Join(f.handle.Close(), f.root.Close()) }

// OpenStaging opens the folder that artifacts are staged in, making it where it
// does not exist. Each has a folder there, and a journal beside it.
func (f *Folder) OpenStaging() (*os.Root, error) {
	if err := f.root.Mkdir(stagingFolder, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return f.root.OpenRoot(stagingFolder)
}

// OpenArtifactStaging opens the staging folder of the artifact with this index. A fresh one
// is empty; else it holds what an earlier run left there.
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

// RemoveArtifactStaging removes what is staged of the artifact with this index.
func (f *Folder) RemoveArtifactStaging(index int) error {
	return errors.Join(f.root.RemoveAll(artifactStagingPath(index)), f.root.RemoveAll(path.Join(stagingFolder, JournalName(index))))
}

// PruneStaging removes from the staging folder all that is not of an artifact whose
// index is kept.
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

// JournalName is the name, in the staging folder, of what is remembered of an
// artifact while it is staged.
func JournalName(index int) string { return strconv.Itoa(index) + journalSuffix }

func artifactStagingPath(index int) string { return path.Join(stagingFolder, strconv.Itoa(index)) }

// FreeBytes is how many bytes the volume has for the fetcher's user.
func (f *Folder) FreeBytes() (int64, error) {
	var stat unix.Statfs_t
	if err := unix.Fstatfs(int(f.handle.Fd()), &stat); err != nil {
		return 0, fmt.Errorf("statfs %s: %w", f.name, err)
	}
	return int64(stat.Bavail) * stat.Bsize, nil
}

// removePublished removes what a marker names, and the folders that this empties.
func (f *Folder) removePublished(marker Marker) error {
	for _, record := range marker.Artifacts {
		for _, name := range record.paths() {
			if err := f.root.Remove(name); err != nil && !isNotExist(err) {
				return err
			}
			for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
				if f.root.Remove(dir) != nil {
					break
				}
			}
		}
	}
	return nil
}

// isNotExist says that a path does not exist, or that what should be a folder
// above it is a file by now.
func isNotExist(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR)
}
