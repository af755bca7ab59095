package publish

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/request"
)

// StagedArtifact is a verified artifact in its staging folder: the extracted tree of an archive, or a file with the
// base name of Dest.
type StagedArtifact struct {
	Record
}

// Changes are the changes of a publication that concern other content than its own.
type Changes struct {
	// Removed are the artifacts of the earlier publication with another Dest than those of this one.
	Removed []Record
	// Replaced are files that had the path of a published one, and are not in the earlier marker.
	Replaced []string
}

// CheckDestinations fails if the folder contains the artifacts of another fetcher: with none of the dests, so that they
// cannot be an earlier release of them. Publish would remove them.
func (f *Folder) CheckDestinations(dests []string) error {
	marker, err := readMarker(f.root, MarkerName)
	if err != nil || marker == nil {
		return err
	}
	for _, record := range marker.Artifacts {
		if slices.Contains(dests, record.Dest) {
			return nil
		}
	}
	for _, record := range marker.Artifacts {
		if slices.ContainsFunc(record.paths(), f.exists) {
			return fetcherr.New(fetcherr.InvalidConfig, "%s contains %s from %s, which is none of this fetcher's artifacts",
				f.name, record.Dest, record.Source).
				WithHint("give each fetcher a folder of its own; if it is the same fetcher with other destinations, empty the folder")
		}
	}
	return nil
}

// Publish moves the staged artifacts to their final paths and writes the marker last. The index of an artifact in
// staged is the number of its staging folder. Files of an earlier publication, and others with the same paths, are
// moved to the staging folder until all steps have succeeded. If a step fails, they are moved back.
func (f *Folder) Publish(staged []StagedArtifact, marker Marker) (Changes, error) {
	if err := checkCollisions(staged); err != nil {
		return Changes{}, err
	}
	previous, err := readMarker(f.root, MarkerName)
	if err != nil {
		return Changes{}, err
	}
	marker.CreatedFolders = f.foldersToCreate(marker, previous)
	if err := writeMarker(f.root, pendingMarkerName, marker); err != nil {
		return Changes{}, err
	}
	changes := Changes{Removed: removedRecords(previous, marker)}
	err = f.moveAsidePrevious(previous)
	if err == nil {
		changes.Replaced, err = f.moveStaged(staged)
	}
	if err == nil {
		err = f.root.Rename(pendingMarkerName, MarkerName)
	}
	if err != nil {
		return Changes{}, fmt.Errorf("publish: %w", withRollbackError(err, f.rollBack()))
	}
	return changes, f.RemoveStaging()
}

func withRollbackError(err, rollbackErr error) error {
	if rollbackErr != nil {
		return fmt.Errorf("%w, and moving back the files failed: %w: they are in %s", err, rollbackErr, stagingFolder)
	}
	return err
}

// foldersToCreate returns the folders of the marker that do not exist yet, or that the earlier publication created.
func (f *Folder) foldersToCreate(marker Marker, previous *Marker) []string {
	earlier := map[string]bool{}
	for _, name := range previous.createdFolders() {
		earlier[name] = true
	}
	created := []string{}
	for _, record := range marker.Artifacts {
		for _, name := range record.folders() {
			if !f.isFolder(name) || earlier[name] {
				created = append(created, name)
			}
		}
	}
	slices.Sort(created)
	return slices.Compact(created)
}

func removedRecords(previous *Marker, marker Marker) []Record {
	if previous == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(previous.Artifacts), func(old Record) bool {
		return slices.ContainsFunc(marker.Artifacts, func(r Record) bool { return r.Dest == old.Dest })
	})
}

// moveStaged moves the staged artifacts to their final paths. It returns the files that were there.
func (f *Folder) moveStaged(staged []StagedArtifact) (replaced []string, err error) {
	for i, artifact := range staged {
		for _, name := range artifact.folders() {
			if err := f.makeFolder(name); err != nil {
				return nil, err
			}
		}
		for k, name := range artifact.paths() {
			existed, err := f.moveAside(name)
			if err != nil {
				return nil, err
			}
			if existed {
				replaced = append(replaced, name)
			}
			if err := f.root.Rename(artifact.stagedPath(i, k), name); err != nil {
				return nil, err
			}
		}
	}
	return replaced, nil
}

func (f *Folder) makeFolder(name string) error {
	switch {
	case f.isFolder(name):
		return nil
	case f.exists(name):
		return foreignPathError(f.name, name, "is not a folder")
	}
	return f.root.Mkdir(name, 0o755)
}

func foreignPathError(folder, name, problem string) error {
	return fetcherr.New(fetcherr.InvalidConfig, "%s: %q was not published by this fetcher, and %s", folder, name, problem).
		WithHint("nothing was changed: remove it, or give the artifact another dest")
}

// checkCollisions rejects artifacts with the same path, and archives with a reserved name.
func checkCollisions(staged []StagedArtifact) error {
	sources := map[string]string{}
	for _, artifact := range staged {
		for _, name := range artifact.paths() {
			if err := checkReserved(artifact, name); err != nil {
				return err
			}
			if other, taken := sources[name]; taken {
				return collisionError(name, artifact.Source, other)
			}
			sources[name] = artifact.Source
		}
	}
	for _, artifact := range staged {
		for _, name := range artifact.Folders {
			name = path.Join(path.Dir(artifact.Dest), name)
			if err := checkReserved(artifact, name); err != nil {
				return err
			}
			if other, taken := sources[name]; taken {
				return collisionError(name, artifact.Source, other)
			}
		}
	}
	for name, source := range sources {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if other, taken := sources[dir]; taken {
				return collisionError(dir, source, other)
			}
		}
	}
	return nil
}

func checkReserved(artifact StagedArtifact, name string) error {
	if strings.HasPrefix(name, request.ReservedPrefix) {
		return fetcherr.New(fetcherr.InvalidArchive, "%s contains %q, a name reserved for the fetcher", artifact.Source, name)
	}
	return nil
}

func collisionError(name, a, b string) error {
	return fetcherr.New(fetcherr.InvalidArchive, "%q is in both %s and %s", name, a, b).
		WithHint("give one of them another dest")
}

// OpenStagedFile opens the file that an artifact is downloaded to, creating it if necessary.
func OpenStagedFile(root *os.Root, dest string) (*os.File, error) {
	return root.OpenFile(path.Base(dest), os.O_RDWR|os.O_CREATE, 0o644)
}
