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

// Of the modes in the archive only the execute permission is kept. The model server may run as another user, so every
// user may read. Only the owner may write.
const (
	folderMode     = 0o755
	fileMode       = 0o644
	executableMode = 0o755
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// extractor is the state of one extraction.
type extractor struct {
	ctx        context.Context
	root       *os.Root
	limits     Limits
	packed     *countingReader
	content    Content
	entryCount int
	// totalBytes is the size of all files so far by their headers. writtenBytes were written.
	totalBytes, writtenBytes int64
	// typeByPath holds the tar type of every path that was created.
	typeByPath map[string]byte
	// index holds the index in content.Files of every file and link.
	index  map[string]int
	buffer []byte
}

func (x *extractor) extractEntries(archive *tar.Reader) error {
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if x.entryCount++; x.entryCount > x.limits.MaxEntries {
			return fetcherr.New(fetcherr.InvalidArchive, "unsafe archive: more than %d entries", x.limits.MaxEntries).
				WithHint("raise FETCH_ARCHIVE_MAX_ENTRIES if the archive is yours")
		}
		name, err := x.entryPath(header)
		if err != nil {
			return err
		}
		if name == "." {
			continue
		}
		if err := x.extractEntry(archive, header, name); err != nil {
			return err
		}
	}
}

// Limits of Linux for a part of a path and for a path, in bytes.
const (
	maxName = 255
	maxPath = 4095
)

// entryPath validates an entry's name and returns the cleaned name.
func (x *extractor) entryPath(header *tar.Header) (string, error) {
	name := path.Clean(header.Name)
	switch {
	case header.Name == "" || strings.ContainsRune(header.Name, 0) || !utf8.ValidString(header.Name):
		return "", unsafeEntry(header.Name, "has no usable name")
	case path.IsAbs(header.Name):
		return "", unsafeEntry(header.Name, "has an absolute name")
	case name == ".." || strings.HasPrefix(name, "../") || hasDotDot(header.Name):
		return "", unsafeEntry(header.Name, "has .. in its name")
	case len(name) > maxPath, longestPart(name) > maxName:
		return "", unsafeEntry(shorten(name), "has a name of %d bytes; file systems allow %d in each folder, and %d together",
			longestPart(name), maxName, maxPath)
	case name == "." && header.Typeflag != tar.TypeDir:
		return "", unsafeEntry(header.Name, "has no usable name")
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

// longestPart returns the length of the longest part of a path in bytes.
func longestPart(name string) int {
	longest := 0
	for part := range strings.SplitSeq(name, "/") {
		longest = max(longest, len(part))
	}
	return longest
}

// shorten returns the beginning of a name that is too long for a message.
func shorten(name string) string {
	return strings.ToValidUTF8(name[:min(len(name), 64)], "") + "…"
}

func (x *extractor) extractEntry(archive *tar.Reader, header *tar.Header, name string) error {
	isFolder := header.Typeflag == tar.TypeDir
	if header.Typeflag == tar.TypeReg && strings.HasSuffix(header.Name, "/") && header.Size == 0 {
		isFolder = true // as written before POSIX
	}
	if isFolder {
		return x.makeFolder(name, true)
	}
	switch header.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse:
		return x.writeFile(archive, header, name)
	case tar.TypeSymlink:
		return x.makeSymlink(name, header.Linkname)
	case tar.TypeLink:
		return x.makeHardLink(name, header.Linkname)
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		return unsafeEntry(name, "is a device or a pipe")
	default:
		return unsafeEntry(name, "is of the unknown type %q", header.Typeflag)
	}
}

// prepare creates the folder of a file or link, and removes an earlier entry with its name: the last one counts, as for
// other tools. A folder is not removed.
func (x *extractor) prepare(name string) error {
	switch typeflag, exists := x.typeByPath[name]; {
	case exists && typeflag == tar.TypeDir:
		return unsafeEntry(name, "is in the archive twice, as a folder and as a file")
	case exists:
		return x.root.Remove(name)
	}
	return x.makeFolder(path.Dir(name), false)
}

// makeFolder creates a folder and its parents. All of them must be folders, not links, so that nothing is written
// through a link. explicit is true for a folder with its own entry.
func (x *extractor) makeFolder(name string, explicit bool) error {
	if name == "." {
		return nil
	}
	typeflag, exists := x.typeByPath[name]
	if exists && typeflag != tar.TypeDir {
		return unsafeEntry(name, "is used as a folder but is not one")
	}
	if !exists {
		if err := x.makeFolder(path.Dir(name), false); err != nil {
			return err
		}
		x.typeByPath[name] = tar.TypeDir
		if err := x.root.Mkdir(name, folderMode); err != nil {
			return err
		}
	}
	if explicit {
		x.content.Folders = append(x.content.Folders, name)
	}
	return nil
}

func (x *extractor) writeFile(archive *tar.Reader, header *tar.Header, name string) error {
	content, err := skipAppleDouble(archive, name)
	if err != nil || content == nil {
		return err
	}
	if x.totalBytes += header.Size; header.Size < 0 || x.totalBytes < 0 || x.totalBytes > x.limits.MaxBytes {
		return fetcherr.New(fetcherr.InvalidArchive, "unsafe archive: more than %d bytes", x.limits.MaxBytes).
			WithHint("raise FETCH_ARCHIVE_MAX_BYTES if the archive is yours")
	}
	if err := x.checkFreeSpace(header.Size); err != nil {
		return err
	}
	if err := x.prepare(name); err != nil {
		return err
	}
	mode := os.FileMode(fileMode)
	if header.Mode&0o111 != 0 {
		mode = executableMode
	}
	file, err := x.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	w := &fileWriter{file: file, crc: crc32.New(castagnoli), hash: io.Discard, extractor: x}
	var contentHash io.Writer
	if x.limits.NewHash != nil {
		contentHash = x.limits.NewHash()
		w.hash = contentHash
	}
	_, err = io.CopyBuffer(w, onlyReader{content}, x.buffer)
	err = errors.Join(err, file.Close())
	if err != nil {
		return fmt.Errorf("entry %q: %w", name, err)
	}
	x.add(header.Typeflag, File{Path: name, Bytes: w.n, CRC32C: w.crc.Sum32(), Hash: contentHash})
	return nil
}

// add records a file or link, in place of an earlier one with its name.
func (x *extractor) add(typeflag byte, file File) {
	x.typeByPath[file.Path] = typeflag
	if i, exists := x.index[file.Path]; exists {
		x.content.Files[i] = file
		return
	}
	x.index[file.Path] = len(x.content.Files)
	x.content.Files = append(x.content.Files, file)
}

// onlyReader hides WriteTo, with which io.CopyBuffer would bypass the buffer.
type onlyReader struct{ io.Reader }

// checkFreeSpace fails if a file does not fit on the volume. It skips files below 1 MiB, for which the check costs as
// much as the write.
func (x *extractor) checkFreeSpace(size int64) error {
	if x.limits.FreeBytes == nil || size < 1<<20 {
		return nil
	}
	free, err := x.limits.FreeBytes()
	if err != nil {
		return err
	}
	if size > free {
		return fetcherr.New(fetcherr.NoSpace, "not enough space for the archive's next file: %d bytes required, %d available", size, free).
			WithHint("raise the emptyDir's sizeLimit or the node's disk")
	}
	return nil
}
