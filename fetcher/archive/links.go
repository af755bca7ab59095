package archive

import (
	"path"
	"path/filepath"
)

// makeSymlink makes a symbolic link. Its target has to look local here; whether
// it stays inside when other links are followed shows in linksStay.
func (x *extractor) makeSymlink(name, target string) error {
	if target == "" || path.IsAbs(target) || !filepath.IsLocal(path.Join(path.Dir(name), target)) {
		return unsafeEntry(name, "is a link that leaves the archive: %q", target)
	}
	if err := x.root.Symlink(target, name); err != nil {
		return err
	}
	x.content.Files = append(x.content.Files, File{Path: name, Link: target})
	return nil
}

// makeHardLink makes a hard link to a file that the archive held before.
func (x *extractor) makeHardLink(name, target string) error {
	file, exists := x.files[path.Clean(target)]
	if !exists {
		return unsafeEntry(name, "is a hard link to %q, which is not a file of the archive", target)
	}
	if err := x.root.Link(file.Path, name); err != nil {
		return err
	}
	file.Path = name
	x.addFile(file)
	return nil
}

// validateLinks follows every symbolic link as a reader will, through all others:
// a chain whose parts look harmless can still lead out. os.Root refuses to
// follow it, and one that leads nowhere is of no use to the server.
func (x *extractor) validateLinks() error {
	for _, file := range x.content.Files {
		if file.Link == "" {
			continue
		}
		if _, err := x.root.Stat(file.Path); err != nil {
			return unsafeEntry(file.Path, "is a link to %q, which points outside the archive or nowhere", file.Link)
		}
	}
	return nil
}
