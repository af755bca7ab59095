package publish

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"

	"github.com/modelferry/modelferry/fetcher/archive"
)

// Expected describes an artifact as the request defines it, with a pinned digest.
type Expected struct {
	Dest, Source, SHA256, Version string
	Extract                       bool
	// SignedBy is whom the signature must be from, or empty.
	SignedBy string
}

// IsPublished reports whether the folder contains exactly the expected artifacts. It reads every byte: an emptyDir
// survives the container, but after a power failure a file may have lost its content. It also returns the marker's
// records. An error means that the folder could not be read.
func (f *Folder) IsPublished(ctx context.Context, expected []Expected) ([]Record, bool, error) {
	marker, err := readMarker(f.root, MarkerName)
	if err != nil || marker == nil || len(marker.Artifacts) != len(expected) {
		return nil, false, err
	}
	for i, item := range expected {
		record := marker.Artifacts[i]
		if !item.matches(record) {
			return nil, false, nil
		}
		intact, err := f.isIntact(ctx, record)
		if err != nil || !intact {
			return nil, false, err
		}
	}
	return marker.Artifacts, true, nil
}

func (e Expected) matches(r Record) bool {
	return e.SHA256 != "" && e.SHA256 == r.SHA256 && e.Dest == r.Dest && e.Source == r.Source &&
		e.Extract == r.Extracted && (e.Version == "" || e.Version == r.Version) &&
		(e.SignedBy == "" || e.SignedBy == r.SignedBy)
}

func (f *Folder) isIntact(ctx context.Context, record Record) (bool, error) {
	if record.Decoded != nil {
		return f.verifyFile(ctx, record.Dest, *record.Decoded)
	}
	if !record.Extracted {
		hash := sha256.New()
		n, err := f.copyFile(ctx, record.Dest, hash)
		if isNotExist(err) {
			return false, nil
		}
		return n == record.Bytes && hex.EncodeToString(hash.Sum(nil)) == record.SHA256, err
	}
	for _, name := range record.Folders {
		if !f.isFolder(path.Join(path.Dir(record.Dest), name)) {
			return false, nil
		}
	}
	return f.verifyFiles(ctx, path.Dir(record.Dest), record.Files)
}

// IsStaged reports whether the files of an extracted archive are in its staging folder, reading every byte again.
func (f *Folder) IsStaged(ctx context.Context, index int, files []archive.File) (bool, error) {
	return f.verifyFiles(ctx, artifactStagingPath(index), files)
}

// verifyFiles reports whether all extracted files and links match their records. Without files it returns false.
func (f *Folder) verifyFiles(ctx context.Context, folder string, files []archive.File) (bool, error) {
	for _, file := range files {
		matches, err := f.verifyFile(ctx, path.Join(folder, file.Path), file)
		if err != nil || !matches {
			return false, err
		}
	}
	return len(files) > 0, nil
}

// verifyFile reports whether an extracted file or link matches its record.
func (f *Folder) verifyFile(ctx context.Context, name string, file archive.File) (bool, error) {
	if file.Link != "" {
		target, err := f.root.Readlink(name)
		return err == nil && target == file.Link, nil
	}
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	n, err := f.copyFile(ctx, name, sum)
	if isNotExist(err) {
		return false, nil
	}
	return n == file.Bytes && sum.Sum32() == file.CRC32C, err
}

func (f *Folder) copyFile(ctx context.Context, name string, w io.Writer) (int64, error) {
	info, err := f.root.Lstat(name)
	if err != nil {
		return 0, err
	}
	if !info.Mode().IsRegular() {
		return 0, fs.ErrNotExist
	}
	file, err := f.root.Open(name)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	return io.CopyBuffer(struct{ io.Writer }{w}, contextReader{ctx, file}, make([]byte, 1<<20))
}

// contextReader stops a long read when the context is cancelled.
type contextReader struct {
	ctx  context.Context
	file *os.File
}

func (c contextReader) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.file.Read(p)
}
