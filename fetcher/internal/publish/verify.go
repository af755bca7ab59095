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

// Want is what a request asks of one artifact; the digest is pinned.
type Want struct {
	Dest, Source, SHA256, Version string
	Extract                       bool
}

// Holds says whether the folder already holds exactly what is wanted, with
// every byte read again: an emptyDir outlives the container, but a node that
// lost power may have kept names without contents. The records are the
// marker's. An error means that the folder could not be looked at.
func (f *Folder) Holds(ctx context.Context, wants []Want) ([]Record, bool, error) {
	marker, err := readMarker(f.root, MarkerName)
	if err != nil || marker == nil || len(marker.Artifacts) != len(wants) {
		return nil, false, err
	}
	for i, want := range wants {
		record := marker.Artifacts[i]
		if !want.matches(record) {
			return nil, false, nil
		}
		intact, err := f.intact(ctx, record)
		if err != nil || !intact {
			return nil, false, err
		}
	}
	return marker.Artifacts, true, nil
}

func (w Want) matches(r Record) bool {
	return w.SHA256 != "" && w.SHA256 == r.SHA256 && w.Dest == r.Dest && w.Source == r.Source &&
		w.Extract == r.Extracted && (w.Version == "" || w.Version == r.Version)
}

func (f *Folder) intact(ctx context.Context, record Record) (bool, error) {
	if !record.Extracted {
		hash := sha256.New()
		n, err := f.read(ctx, record.Dest, hash)
		if gone(err) {
			return false, nil
		}
		return n == record.Bytes && hex.EncodeToString(hash.Sum(nil)) == record.SHA256, err
	}
	return f.holdsAll(ctx, path.Dir(record.Dest), record.Files)
}

// Staged says whether the artifact with this index still lies unpacked in its
// staging folder, every byte read again.
func (f *Folder) Staged(ctx context.Context, index int, files []archive.File) (bool, error) {
	return f.holdsAll(ctx, stagePath(index), files)
}

func (f *Folder) holdsAll(ctx context.Context, folder string, files []archive.File) (bool, error) {
	for _, file := range files {
		same, err := f.same(ctx, path.Join(folder, file.Path), file)
		if err != nil || !same {
			return false, err
		}
	}
	return len(files) > 0, nil
}

// same compares an extracted file or link with its record.
func (f *Folder) same(ctx context.Context, name string, file archive.File) (bool, error) {
	if file.Link != "" {
		target, err := f.root.Readlink(name)
		return err == nil && target == file.Link, nil
	}
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	n, err := f.read(ctx, name, sum)
	if gone(err) {
		return false, nil
	}
	return n == file.Bytes && sum.Sum32() == file.CRC32C, err
}

func (f *Folder) read(ctx context.Context, name string, to io.Writer) (int64, error) {
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
	return io.CopyBuffer(struct{ io.Writer }{to}, cancellable{ctx, file}, make([]byte, 1<<20))
}

// cancellable ends a long read with its context.
type cancellable struct {
	ctx  context.Context
	file *os.File
}

func (c cancellable) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.file.Read(p)
}
