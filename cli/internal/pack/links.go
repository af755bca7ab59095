package pack

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// maxLinks is the number of links that Linux follows for a path.
// https://man7.org/linux/man-pages/man7/path_resolution.7.html
const maxLinks = 40

// validate applies the rules of the fetcher: at least one file, not too many entries, and each link leads to an entry
// of the archive.
func validate(entries []entry) error {
	known := make(map[string]entry, len(entries))
	files := 0
	for _, e := range entries {
		known[e.name] = e
		if !e.isFolder() {
			files++
		}
	}
	switch {
	case files == 0:
		return fmt.Errorf("%w: it has no file", ErrUnsupported)
	case len(entries) > maxEntries:
		return fmt.Errorf("%w: it has %d files, folders and links, of at most %d: "+
			"pack them into fewer files", ErrUnsupported, len(entries), maxEntries)
	}
	for _, e := range entries {
		switch {
		case e.link == "":
		case path.IsAbs(e.link) || !filepath.IsLocal(path.Join(path.Dir(e.name), e.link)):
			return unsupported(e.name, "it is a link to %q outside the folder: replace it with the file", e.link)
		case !leadsInside(known, e.name):
			return unsupported(e.name, "it is a link to %q, which leads outside the folder or nowhere: replace it with the file", e.link)
		}
	}
	return nil
}

// leadsInside reports whether a path leads to a file or folder of the archive, over any links in it.
func leadsInside(known map[string]entry, name string) bool {
	rest := strings.Split(name, "/")
	folder, links := ".", 0
	for len(rest) > 0 {
		part := rest[0]
		rest = rest[1:]
		if part == "" || part == "." {
			continue
		}
		if part == ".." {
			if folder == "." {
				return false
			}
			folder = path.Dir(folder)
			continue
		}
		current := path.Join(folder, part)
		e, ok := known[current]
		switch {
		case !ok:
			return false
		case e.isFolder():
			folder = current
		case e.link == "":
			return len(rest) == 0
		default:
			if links++; links > maxLinks {
				return false
			}
			rest = append(strings.Split(e.link, "/"), rest...)
		}
	}
	return true
}
