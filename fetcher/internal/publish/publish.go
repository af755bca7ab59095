package publish

import (
	"fmt"
	"os"
	"path"
	"strings"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/request"
)

// Staged is an artifact that lies verified in its staging folder: an archive
// as its tree, anything else as a file of Dest's base name.
type Staged struct {
	Record
	// Folders are an archive's, relative to Dest's folder.
	Folders []string
}

// Publish moves everything staged to its final name and writes the marker
// last. What an earlier run published goes first: its files must not mix with
// the new ones. When a step fails, all that has appeared is removed again.
// The index of an artifact is that of its staging folder.
func (f *Folder) Publish(staged []Staged, marker Marker) error {
	if err := collisions(staged); err != nil {
		return err
	}
	if err := writeMarker(f.root, journalName, marker); err != nil {
		return err
	}
	old, err := readMarker(f.root, MarkerName)
	if err != nil {
		return err
	}
	// First the old marker: without it nothing of the old counts.
	if err := f.root.Remove(MarkerName); err != nil && !gone(err) {
		return err
	}
	if old != nil {
		if err := f.retire(*old); err != nil {
			return err
		}
	}
	if err := f.move(staged); err != nil {
		return fmt.Errorf("publish: %w", withRetired(err, f.retire(marker)))
	}
	if err := f.root.Rename(journalName, MarkerName); err != nil {
		return fmt.Errorf("publish: %w", withRetired(err, f.retire(marker)))
	}
	return f.Sweep()
}

func withRetired(err, retired error) error {
	if retired != nil {
		return fmt.Errorf("%w, and what had appeared could not be removed: %w", err, retired)
	}
	return err
}

func (f *Folder) move(staged []Staged) error {
	made := map[string]bool{".": true}
	folder := func(name string) error {
		if made[name] {
			return nil
		}
		made[name] = true
		return f.root.MkdirAll(name, 0o755)
	}
	for i, artifact := range staged {
		from := stagePath(i)
		if !artifact.Extracted {
			if err := folder(path.Dir(artifact.Dest)); err != nil {
				return err
			}
			if err := f.root.Rename(path.Join(from, path.Base(artifact.Dest)), artifact.Dest); err != nil {
				return err
			}
			continue
		}
		to := path.Dir(artifact.Dest)
		for _, name := range artifact.Folders {
			if err := folder(path.Join(to, name)); err != nil {
				return err
			}
		}
		for _, file := range artifact.Files {
			target := path.Join(to, file.Path)
			if err := folder(path.Dir(target)); err != nil {
				return err
			}
			if err := f.root.Rename(path.Join(from, file.Path), target); err != nil {
				return err
			}
		}
	}
	return nil
}

// collisions finds files that two artifacts want to put in one place, and
// archives that reach for the fetcher's own names.
func collisions(staged []Staged) error {
	owner := map[string]string{}
	for _, artifact := range staged {
		for _, name := range artifact.paths() {
			if strings.HasPrefix(name, request.Reserved) {
				return fetcherr.New(fetcherr.Archive, "%s holds %q, a name of the fetcher's own", artifact.Source, name)
			}
			if other, taken := owner[name]; taken {
				return clash(name, artifact.Source, other)
			}
			owner[name] = artifact.Source
		}
	}
	for name, source := range owner {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if other, taken := owner[dir]; taken {
				return clash(dir, source, other)
			}
		}
	}
	return nil
}

func clash(name, a, b string) error {
	return fetcherr.New(fetcherr.Archive, "%q is in %s and in %s", name, a, b).
		Advise("give one of them another dest")
}

// File opens the file that a plain artifact is staged in, making it where it
// does not exist.
func File(stage *os.Root, dest string) (*os.File, error) {
	return stage.OpenFile(path.Base(dest), os.O_RDWR|os.O_CREATE, 0o644)
}
