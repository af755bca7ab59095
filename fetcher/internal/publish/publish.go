package publish

import (
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/request"
)

// StagedArtifact is a verified artifact in its staging folder: the extracted tree of an archive, or a file with the
// base name of Dest.
type StagedArtifact struct {
	Record
	// Folders are the folders of an archive, relative to the folder of Dest.
	Folders []string
}

// Publish moves the staged artifacts to their final paths and writes the marker last. Files of an earlier publication
// are removed first. If a step fails, everything published so far is removed again. The index of an artifact in staged
// is the number of its staging folder.
func (f *Folder) Publish(staged []StagedArtifact, marker Marker) error {
	if err := checkCollisions(staged); err != nil {
		return err
	}
	if err := writeMarker(f.root, pendingMarkerName, marker); err != nil {
		return err
	}
	previous, err := readMarker(f.root, MarkerName)
	if err != nil {
		return err
	}
	// Remove the old marker first: without it the folder is incomplete.
	if err := f.root.Remove(MarkerName); err != nil && !isNotExist(err) {
		return err
	}
	if previous != nil {
		if err := f.removePublished(*previous); err != nil {
			return err
		}
	}
	if err := f.moveStaged(staged); err != nil {
		return fmt.Errorf("publish: %w", withRollbackError(err, f.removePublished(marker)))
	}
	if err := f.root.Rename(pendingMarkerName, MarkerName); err != nil {
		return fmt.Errorf("publish: %w", withRollbackError(err, f.removePublished(marker)))
	}
	return f.RemoveStaging()
}

func withRollbackError(err, rollbackErr error) error {
	if rollbackErr != nil {
		return fmt.Errorf("%w, and removing the files published so far failed: %w", err, rollbackErr)
	}
	return err
}

func (f *Folder) moveStaged(staged []StagedArtifact) error {
	created := map[string]bool{".": true}
	makeFolder := func(name string) error {
		if created[name] {
			return nil
		}
		created[name] = true
		return f.root.MkdirAll(name, 0o755)
	}
	for i, artifact := range staged {
		staging := artifactStagingPath(i)
		if !artifact.Extracted {
			if err := makeFolder(path.Dir(artifact.Dest)); err != nil {
				return err
			}
			if err := f.root.Rename(path.Join(staging, path.Base(artifact.Dest)), artifact.Dest); err != nil {
				return err
			}
			continue
		}
		destination := path.Dir(artifact.Dest)
		for _, name := range artifact.Folders {
			if err := makeFolder(path.Join(destination, name)); err != nil {
				return err
			}
		}
		for _, file := range artifact.Files {
			target := path.Join(destination, file.Path)
			if err := makeFolder(path.Dir(target)); err != nil {
				return err
			}
			if err := f.root.Rename(path.Join(staging, file.Path), target); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkCollisions rejects artifacts with the same path, and archives with a reserved name.
func checkCollisions(staged []StagedArtifact) error {
	sources := map[string]string{}
	for _, artifact := range staged {
		for _, name := range artifact.paths() {
			if strings.HasPrefix(name, request.ReservedPrefix) {
				return fetcherr.New(fetcherr.InvalidArchive, "%s contains %q, a name reserved for the fetcher", artifact.Source, name)
			}
			if other, taken := sources[name]; taken {
				return collisionError(name, artifact.Source, other)
			}
			sources[name] = artifact.Source
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

func collisionError(name, a, b string) error {
	return fetcherr.New(fetcherr.InvalidArchive, "%q is in both %s and %s", name, a, b).
		WithHint("give one of them another dest")
}

// OpenStagedFile opens the file that an artifact is downloaded to, creating it if necessary.
func OpenStagedFile(root *os.Root, dest string) (*os.File, error) {
	return root.OpenFile(path.Base(dest), os.O_RDWR|os.O_CREATE, 0o644)
}
