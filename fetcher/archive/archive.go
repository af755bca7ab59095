// Package archive extracts tar, tar.gz and tar.zst streams that nobody
// vouches for. Everything happens below an os.Root, and what a model's
// archive has no need of is refused rather than repaired.
package archive

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// Limits bound what an archive may become. A zero field means the default.
type Limits struct {
	// MaxEntries is the most files, folders and links.
	MaxEntries int
	// MaxBytes is the most that all files may hold together.
	MaxBytes int64
	// MaxRatio is the most bytes that a byte of the archive may become.
	MaxRatio int64
	// RatioFloor is how many bytes may come out before Ratio counts: small
	// archives of much the same are no bombs.
	RatioFloor int64
	// FreeBytes says how many bytes the volume has left; nil is not asked.
	FreeBytes func() (int64, error)
}

// Defaults: model folders have tens of files; weights hardly shrink at all.
const (
	defaultMaxEntries = 100_000
	defaultMaxBytes   = 1 << 44
	defaultMaxRatio   = 200
	defaultRatioFloor = 64 << 20
)

// File is one extracted file or link.
type File struct {
	// Path is relative to the archive's folder, slash-separated.
	Path string `json:"path"`
	// Bytes is the file's length.
	Bytes int64 `json:"bytes,omitempty"`
	// CRC32C tells a file that a crash or a power loss spoilt. It protects
	// against accidents only: the archive's SHA-256 is what is pinned.
	CRC32C uint32 `json:"crc32c,omitempty"`
	// Link is a symbolic link's target.
	Link string `json:"link,omitempty"`
}

// Content is what an archive held.
type Content struct {
	Files []File
	// Folders are those the archive named, so that empty ones appear too.
	Folders []string
}

// ErrCorrupt marks an archive that cannot be read to its end. Anything else
// of kind fetcherr.Archive is one that must not be extracted.
var ErrCorrupt = errors.New("the archive is corrupt or truncated")

// Extract unpacks the archive in r into root, which is empty, and reads r to
// its end. The compression is told by the first bytes. Errors are of kind
// fetcherr.Archive, or what reading r and writing the files return. After an
// error root holds parts: the caller removes it.
func Extract(ctx context.Context, r io.Reader, root *os.Root, limits Limits) (Content, error) {
	from := &countingReader{r: r}
	plain, err := decompress(from)
	if err != nil {
		return Content{}, classifyReadError(from, err)
	}
	defer plain.Close()
	x := &extractor{
		ctx: ctx, root: root, limits: limits.withDefaults(), packed: from,
		typeByPath: map[string]byte{}, files: map[string]File{}, buffer: make([]byte, 256<<10),
	}
	tail := &trailingZerosReader{r: &limitedReader{r: plain, extractor: x}}
	if err := x.extractEntries(tar.NewReader(tail)); err != nil {
		return Content{}, classifyReadError(from, err)
	}
	// Behind the last entry: the padding, the checksum of the compression,
	// and whatever else belongs to the digest of the whole object.
	if _, err := io.CopyBuffer(io.Discard, tail, x.buffer); err != nil {
		return Content{}, classifyReadError(from, err)
	}
	if tail.zeros < endOfArchive {
		return Content{}, classifyReadError(from, errors.New("no end-of-archive mark"))
	}
	if err := x.validateLinks(); err != nil {
		return Content{}, err
	}
	if len(x.content.Files) == 0 {
		return Content{}, fetcherr.New(fetcherr.InvalidArchive, "the archive contains no file")
	}
	return x.content, nil
}

func (l Limits) withDefaults() Limits {
	if l.MaxEntries == 0 {
		l.MaxEntries = defaultMaxEntries
	}
	if l.MaxBytes == 0 {
		l.MaxBytes = defaultMaxBytes
	}
	if l.MaxRatio == 0 {
		l.MaxRatio = defaultMaxRatio
	}
	if l.RatioFloor == 0 {
		l.RatioFloor = defaultRatioFloor
	}
	return l
}

// classifyReadError gives err its kind, unless it has one, or comes from the source or
// the disk, which say for themselves what is wrong.
func classifyReadError(from *countingReader, err error) error {
	var known *fetcherr.Error
	var file *os.PathError
	var link *os.LinkError
	if _, broken := from.status(); broken != nil {
		return broken
	}
	switch {
	case errors.As(err, &known), errors.As(err, &file), errors.As(err, &link):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return fetcherr.New(fetcherr.InvalidArchive, "%w: %w", ErrCorrupt, err)
}

// unsafeEntry refuses an entry.
func unsafeEntry(name, format string, args ...any) error {
	return fetcherr.New(fetcherr.InvalidArchive, "unsafe archive: entry %q %s", name, fmt.Sprintf(format, args...)).
		WithHint("nothing was published; create the archive from inside the model folder")
}
