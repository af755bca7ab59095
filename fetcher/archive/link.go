package archive

import (
	"path"
	"path/filepath"
)

// symlink makes a symbolic link. Its target has to look local here; whether
// it stays inside when other links are followed shows in linksStay.
func (x *extraction) symlink(name, target string) error {
	if target == "" || path.IsAbs(target) || !filepath.IsLocal(path.Join(path.Dir(name), target)) {
		return unsafe(name, "is a link that leaves the archive: %q", target)
	}
	if err := x.root.Symlink(target, name); err != nil {
		return err
	}
	x.content.Files = append(x.content.Files, File{Path: name, Link: target})
	return nil
}

// link makes a hard link to a file that the archive held before.
func (x *extraction) link(name, target string) error {
	file, exists := x.files[path.Clean(target)]
	if !exists {
		return unsafe(name, "is a hard link to %q, which is no file of the archive", target)
	}
	if err := x.root.Link(file.Path, name); err != nil {
		return err
	}
	file.Path = name
	x.add(file)
	return nil
}

// linksStay follows every symbolic link as a reader will, through all others:
// a chain whose parts look harmless can still lead out. os.Root refuses to
// follow it, and one that leads nowhere is of no use to the server.
func (x *extraction) linksStay() error {
	for _, file := range x.content.Files {
		if file.Link == "" {
			continue
		}
		if _, err := x.root.Stat(file.Path); err != nil {
			return unsafe(file.Path, "is a link to %q, which leads outside or nowhere", file.Link)
		}
	}
	return nil
}
