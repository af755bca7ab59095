package archive

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// Modes do not come from the archive, but for the right to execute: the
// server may run as another user and has to read, and nobody else to write.
const (
	folderMode  = 0o755
	fileMode    = 0o644
	programMode = 0o755
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// extraction is one archive on its way to disk.
type extraction struct {
	ctx     context.Context
	root    *os.Root
	limits  Limits
	from    *counter
	content Content
	entry   int
	bytes   int64
	// kinds remembers the type of each path that exists: what the archive
	// made of it decides what may lie below it.
	kinds map[string]byte
	// files holds the regular ones, for hard links to them.
	files  map[string]File
	buffer []byte
}

func (x *extraction) entries(archive *tar.Reader) error {
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if x.entry++; x.entry > x.limits.Entries {
			return fetcherr.New(fetcherr.Archive, "unsafe archive: more than %d entries", x.limits.Entries)
		}
		if header.Typeflag == tar.TypeXGlobalHeader {
			continue // git archive writes one; it has no content of its own
		}
		name, err := x.place(header)
		if err != nil {
			return err
		}
		if name == "." {
			continue
		}
		if err := x.make(archive, header, name); err != nil {
			return err
		}
	}
}

// place checks an entry's name and mode and returns the name, clean.
func (x *extraction) place(header *tar.Header) (string, error) {
	name := path.Clean(header.Name)
	switch {
	case header.Name == "" || strings.ContainsRune(header.Name, 0) || !utf8.ValidString(header.Name):
		return "", unsafe(header.Name, "has no usable name")
	case path.IsAbs(header.Name):
		return "", unsafe(header.Name, "has an absolute name")
	case name == ".." || strings.HasPrefix(name, "../") || hasDotDot(header.Name):
		return "", unsafe(header.Name, "has .. in its name")
	case header.Mode&0o6000 != 0:
		return "", unsafe(header.Name, "is setuid or setgid")
	case name == "." && header.Typeflag != tar.TypeDir:
		return "", unsafe(header.Name, "has no usable name")
	}
	return name, nil
}

func hasDotDot(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return true
		}
	}
	return false
}

func (x *extraction) make(archive *tar.Reader, header *tar.Header, name string) error {
	if header.Typeflag == tar.TypeDir {
		return x.folder(name, true)
	}
	if _, exists := x.kinds[name]; exists {
		return unsafe(name, "is in the archive twice")
	}
	if err := x.folder(path.Dir(name), false); err != nil {
		return err
	}
	x.kinds[name] = header.Typeflag
	switch header.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse:
		return x.file(archive, header, name)
	case tar.TypeSymlink:
		return x.symlink(name, header.Linkname)
	case tar.TypeLink:
		return x.link(name, header.Linkname)
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		return unsafe(name, "is a device or a pipe")
	default:
		return unsafe(name, "is of the unknown type %q", header.Typeflag)
	}
}

// folder makes a folder and those above it. None of them may be anything
// else, a link in particular: nothing is ever written through a link.
func (x *extraction) folder(name string, named bool) error {
	if name == "." {
		return nil
	}
	kind, exists := x.kinds[name]
	if exists && kind != tar.TypeDir {
		return unsafe(name, "is used as a folder and is none")
	}
	if !exists {
		if err := x.folder(path.Dir(name), false); err != nil {
			return err
		}
		x.kinds[name] = tar.TypeDir
		if err := x.root.Mkdir(name, folderMode); err != nil {
			return err
		}
	}
	if named {
		x.content.Folders = append(x.content.Folders, name)
	}
	return nil
}

func (x *extraction) file(archive *tar.Reader, header *tar.Header, name string) error {
	if x.bytes += header.Size; header.Size < 0 || x.bytes < 0 || x.bytes > x.limits.Bytes {
		return fetcherr.New(fetcherr.Archive, "unsafe archive: more than %d bytes", x.limits.Bytes)
	}
	if err := x.room(header.Size); err != nil {
		return err
	}
	mode := os.FileMode(fileMode)
	if header.Mode&0o111 != 0 {
		mode = programMode
	}
	file, err := x.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	sum := crc32.New(castagnoli)
	n, err := io.CopyBuffer(onlyWriter{io.MultiWriter(file, sum)}, onlyReader{archive}, x.buffer)
	err = errors.Join(err, file.Close())
	if err != nil {
		return fmt.Errorf("entry %q: %w", name, err)
	}
	x.add(File{Path: name, Bytes: n, CRC32C: sum.Sum32()})
	return nil
}

func (x *extraction) add(file File) {
	x.files[file.Path] = file
	x.content.Files = append(x.content.Files, file)
}

// onlyReader and onlyWriter hide the methods with which io.Copy would leave
// the buffer aside; tar's own would write holes of a sparse file by seeking.
type (
	onlyReader struct{ io.Reader }
	onlyWriter struct{ io.Writer }
)

// room stops before a file that the volume cannot hold. Small files are left
// to the write itself: asking costs as much as writing them.
func (x *extraction) room(size int64) error {
	if x.limits.Free == nil || size < 1<<20 {
		return nil
	}
	free, err := x.limits.Free()
	if err != nil {
		return err
	}
	if size > free {
		return fetcherr.New(fetcherr.NoSpace, "the archive's next file takes %d bytes, the volume has %d left", size, free).
			Advise("raise the emptyDir's sizeLimit or the node's disk")
	}
	return nil
}
