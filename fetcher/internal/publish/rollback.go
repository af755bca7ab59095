package publish

import (
	"io/fs"
	"path"
	"slices"

	"golang.org/x/sys/unix"
)

// The folder and the marker of the earlier publication while another one is published.
const (
	previousFolder     = stagingFolder + "/previous"
	previousMarkerName = stagingFolder + "/previous.json"
)

// stagedPath returns the path of a record's file in the staging folder. index is the artifact's, file that of paths.
func (r Record) stagedPath(index, file int) string {
	if !r.Extracted {
		return path.Join(artifactStagingPath(index), path.Base(r.Dest))
	}
	return path.Join(artifactStagingPath(index), r.Files[file].Path)
}

// moveAsidePrevious moves the earlier marker and its files to the staging folder. The marker is first: without it the
// folder is incomplete.
func (f *Folder) moveAsidePrevious(previous *Marker) error {
	if err := f.root.Rename(MarkerName, previousMarkerName); err != nil && !isNotExist(err) {
		return err
	}
	if previous == nil {
		return nil
	}
	for _, record := range previous.Artifacts {
		for _, name := range record.paths() {
			if info, err := f.root.Lstat(name); err != nil || info.IsDir() {
				continue // it was removed or replaced after the publication
			}
			if _, err := f.moveAside(name); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Backward(previous.createdFolders()) {
		_ = f.moveAsideFolder(name) // it fails for a folder with files of others
	}
	return nil
}

// moveAside moves the file at a path to the staging folder and reports whether there was one. An empty folder is
// removed.
func (f *Folder) moveAside(name string) (existed bool, err error) {
	info, err := f.root.Lstat(name)
	switch {
	case isNotExist(err):
		return false, nil
	case err != nil:
		return false, err
	case info.IsDir():
		if f.moveAsideFolder(name) != nil {
			return false, foreignPathError(f.name, name, "is a folder that is not empty")
		}
		return false, nil
	}
	target := path.Join(previousFolder, name)
	if err := f.root.MkdirAll(path.Dir(target), 0o755); err != nil {
		return false, err
	}
	return true, f.root.Rename(name, target)
}

// moveAsideFolder removes an empty folder, after creating one in the staging folder from which it can be restored.
func (f *Folder) moveAsideFolder(name string) error {
	if err := f.root.MkdirAll(path.Join(previousFolder, name), 0o755); err != nil {
		return err
	}
	return f.removeFolder(name)
}

// removeFolder removes an empty folder, and no file.
func (f *Folder) removeFolder(name string) error {
	info, err := f.root.Lstat(name)
	switch {
	case err != nil:
		return err
	case !info.IsDir():
		return &fs.PathError{Op: "rmdir", Path: name, Err: unix.ENOTDIR}
	}
	return f.root.Remove(name)
}

// rollBack undoes a publication that did not reach its last step, the rename of the marker. All steps are renames,
// which it makes in the other direction, so that it can be interrupted and repeated.
func (f *Folder) rollBack() error {
	pending, err := readMarker(f.root, pendingMarkerName)
	if err != nil {
		return err
	}
	if pending != nil {
		if err := f.moveBackStaged(*pending); err != nil {
			return err
		}
	}
	if err := f.restorePrevious(); err != nil {
		return err
	}
	if err := f.root.Rename(previousMarkerName, MarkerName); err != nil && !isNotExist(err) {
		return err
	}
	previous, err := readMarker(f.root, MarkerName)
	if err != nil {
		return err
	}
	for _, name := range previous.createdFolders() {
		if err := f.root.MkdirAll(name, 0o755); err != nil {
			return err
		}
	}
	return f.root.Remove(pendingMarkerName)
}

// moveBackStaged moves the files that were published back to the staging folder. A file that is still there was not
// published: its final path may be that of another file.
func (f *Folder) moveBackStaged(pending Marker) error {
	for i, record := range pending.Artifacts {
		for k, name := range record.paths() {
			staged := record.stagedPath(i, k)
			info, err := f.root.Lstat(name)
			if f.exists(staged) || err != nil || info.IsDir() {
				continue
			}
			if err := f.root.MkdirAll(path.Dir(staged), 0o755); err != nil {
				return err
			}
			if err := f.root.Rename(name, staged); err != nil {
				return err
			}
		}
	}
	for _, name := range slices.Backward(pending.createdFolders()) {
		_ = f.removeFolder(name) // it fails for a folder with files of others
	}
	return nil
}

// restorePrevious moves everything back that was moved aside.
func (f *Folder) restorePrevious() error {
	if !f.exists(previousFolder) {
		return nil
	}
	return fs.WalkDir(f.root.FS(), previousFolder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || name == previousFolder {
			return err
		}
		target := name[len(previousFolder)+1:]
		if entry.IsDir() {
			return f.root.MkdirAll(target, 0o755)
		}
		return f.root.Rename(name, target)
	})
}
