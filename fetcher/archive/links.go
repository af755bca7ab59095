package archive

import (
	"path"
	"path/filepath"
)

// makeSymlink creates a symbolic link. Lexically, its target must be inside the archive's folder. validateLinks checks
// it again when all other links exist.
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

// makeHardLink creates a hard link to an earlier file of the archive.
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

// validateLinks follows every symbolic link. A chain of links can leave the folder although each target is lexically
// inside of it; os.Root refuses to follow such a chain. A dangling link is rejected, too.
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
