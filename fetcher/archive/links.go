package archive

import (
	"archive/tar"
	"path"
	"path/filepath"
	"strings"
)

// maxLinks is the number of links that Linux follows for a path.
// https://man7.org/linux/man-pages/man7/path_resolution.7.html
const maxLinks = 40

// makeSymlink creates a symbolic link. Lexically, its target must be inside the archive's folder. validateLinks checks
// it again when all other links exist.
func (x *extractor) makeSymlink(name, target string) error {
	switch {
	case target == "" || path.IsAbs(target) || !filepath.IsLocal(path.Join(path.Dir(name), target)):
		return unsafeEntry(name, "is a link that leaves the archive: %q", target)
	case len(target) > maxPath:
		return unsafeEntry(name, "is a link to a name of %d bytes; file systems allow %d", len(target), maxPath)
	}
	if err := x.prepare(name); err != nil {
		return err
	}
	if err := x.root.Symlink(target, name); err != nil {
		return err
	}
	x.add(tar.TypeSymlink, File{Path: name, Link: target})
	return nil
}

// makeHardLink creates a hard link to an earlier file of the archive. One to a symbolic link is a link with the same
// target.
func (x *extractor) makeHardLink(name, target string) error {
	target = path.Clean(target)
	i, exists := x.index[target]
	switch {
	case !exists:
		return unsafeEntry(name, "is a hard link to %q, which is not a file of the archive", target)
	case target == name:
		return nil // GNU tar writes this for a file that was named twice
	}
	file := x.content.Files[i]
	if file.Link != "" {
		return x.makeSymlink(name, file.Link)
	}
	if err := x.prepare(name); err != nil {
		return err
	}
	if err := x.root.Link(target, name); err != nil {
		return err
	}
	file.Path = name
	x.add(tar.TypeReg, file)
	return nil
}

// validateLinks follows every symbolic link. A chain of links can leave the folder although each target is lexically
// inside of it. A dangling link is rejected, too.
func (x *extractor) validateLinks() error {
	for i, file := range x.content.Files {
		if file.Link == "" {
			continue
		}
		target := x.resolve(file.Path, func(string) bool { return true })
		if target == "" {
			return unsafeEntry(file.Path, "is a link to %q, which points outside the archive or nowhere", file.Link)
		}
		if at, isFile := x.index[target]; isFile {
			x.content.Files[i].Hash = x.content.Files[at].Hash
		}
		if x.limits.NewHash != nil { // not as a list: a link may lead through more paths than it has bytes
			x.content.Files[i].Through = func(yield func(string) bool) { x.resolve(file.Path, yield) }
		}
	}
	return nil
}

// resolve returns the file or folder of the archive that a path leads to, or "". It follows links as the kernel does,
// but without the file system: os.Root follows only 8. visit is called with each file, folder and link on the way,
// until it returns false.
func (x *extractor) resolve(name string, visit func(string) bool) string {
	parts := strings.Split(name, "/")
	folder, links := ".", 0
	for len(parts) > 0 {
		part := parts[0]
		parts = parts[1:]
		switch part {
		case "", ".":
			continue
		case "..":
			if folder == "." {
				return ""
			}
			folder = path.Dir(folder)
			continue
		}
		current := path.Join(folder, part)
		typeflag, exists := x.typeByPath[current]
		switch {
		case !exists, !visit(current):
			return ""
		case typeflag == tar.TypeDir:
			folder = current
		case typeflag != tar.TypeSymlink:
			if len(parts) > 0 {
				return ""
			}
			return current
		case links == maxLinks:
			return ""
		default:
			links++
			parts = append(strings.Split(x.content.Files[x.index[current]].Link, "/"), parts...)
		}
	}
	return folder
}
