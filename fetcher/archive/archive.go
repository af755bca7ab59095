// Package archive extracts untrusted tar, tar.gz and tar.zst streams below an os.Root. Unsafe entries, and those that a
// model archive does not need, such as devices, are errors. What GNU tar and bsdtar accept otherwise, it accepts.
package archive

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// Limits restrict what an archive may contain. A zero field means the default.
type Limits struct {
	// MaxEntries is the maximum number of files, folders and links.
	MaxEntries int
	// MaxBytes is the maximum size of all files together, the holes of sparse files included.
	MaxBytes int64
	// MaxRatio is the maximum number of bytes that one compressed byte may expand to, over the whole object.
	MaxRatio int64
	// MaxWindow is the maximum number of bytes that the zstd decoder may keep in memory.
	MaxWindow int64
	// RatioFloor is the number of extracted bytes up to which MaxRatio does not apply: a small archive with uniform
	// content is not a decompression bomb.
	RatioFloor int64
	// ObjectBytes is the size of the compressed object. With 0 the ratio is that of the bytes read so far.
	ObjectBytes int64
	// ReserveMemory is called with the window of each zstd frame before it is allocated. Its error ends the extraction.
	// It may be nil.
	ReserveMemory func(window int64) error
	// NewHash returns a hash that the content of one file is written to: see File.Hash. With nil there is none.
	NewHash func() io.Writer
	// FreeBytes returns the free space of the volume. With nil it is not checked.
	FreeBytes func() (int64, error)
}

// Default limits. Model folders have tens of files, and weights hardly compress. DefaultMaxWindow is the window of
// `zstd --ultra -22` and `--long=27`.
const (
	DefaultMaxEntries = 100_000
	DefaultMaxBytes   = 1 << 44
	DefaultMaxRatio   = 200
	DefaultMaxWindow  = 128 << 20
	defaultRatioFloor = 64 << 20
)

// File is an extracted file or link.
type File struct {
	// Path is relative to the archive's folder and slash-separated.
	Path string `json:"path"`
	// Bytes is the file's size.
	Bytes int64 `json:"bytes,omitempty"`
	// CRC32C detects accidental changes, such as those by a crash. It does not detect deliberate ones.
	CRC32C uint32 `json:"crc32c,omitempty"`
	// Link is the target of a symbolic link.
	Link string `json:"link,omitempty"`

	// Hash is that of Limits.NewHash, after the whole content was written to it. A link has that of the file that it
	// leads to, and none if it leads to a folder.
	Hash io.Writer `json:"-"`
	// Through has the paths that a link leads through: its own, that of the file or folder it leads to, and all between.
	// It is nil without Limits.NewHash.
	Through iter.Seq[string] `json:"-"`
}

// Content is what was extracted.
type Content struct {
	Files []File
	// Folders are the folders that have an entry in the archive. They may be empty.
	Folders []string
}

// ErrCorrupt means that an archive cannot be read to its end. Any other fetcherr.InvalidArchive means that the archive
// is unsafe.
var ErrCorrupt = errors.New("the archive is corrupt or truncated")

// Extract extracts the archive in r into root, which must be empty, and reads r to its end. The first bytes determine
// the compression. Errors are fetcherr.InvalidArchive, or those of reading r and writing the files. After an error root
// contains a part of the archive, which the caller removes.
func Extract(ctx context.Context, r io.Reader, root *os.Root, limits Limits) (Content, error) {
	limits = limits.withDefaults()
	compressed := &countingReader{r: r}
	decompressed, err := decompress(compressed, limits)
	if err != nil {
		return Content{}, classifyReadError(compressed, err)
	}
	defer decompressed.Close()
	x := &extractor{
		ctx: ctx, root: root, limits: limits, packed: compressed,
		typeByPath: map[string]byte{}, index: map[string]int{}, buffer: make([]byte, 256<<10),
	}
	limited := &limitedReader{r: decompressed, extractor: x}
	entries := newMetadataFilter(limited)
	if err := x.extractEntries(tar.NewReader(entries)); err != nil {
		return Content{}, classifyReadError(compressed, err)
	}
	// Read the rest, such as padding: the digest of the object covers it.
	if _, err := io.CopyBuffer(io.Discard, limited, x.buffer); err != nil {
		return Content{}, classifyReadError(compressed, err)
	}
	// archive/tar does not require the mark, so it would accept an archive that was truncated between two entries.
	if entries.zeroBlocks < 2 && !decompressed.complete() {
		return Content{}, classifyReadError(compressed, errors.New("no end-of-archive mark"))
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
		l.MaxEntries = DefaultMaxEntries
	}
	if l.MaxBytes == 0 {
		l.MaxBytes = DefaultMaxBytes
	}
	if l.MaxRatio == 0 {
		l.MaxRatio = DefaultMaxRatio
	}
	if l.MaxWindow == 0 {
		l.MaxWindow = DefaultMaxWindow
	}
	if l.RatioFloor == 0 {
		l.RatioFloor = defaultRatioFloor
	}
	return l
}

// classifyReadError gives err the kind fetcherr.InvalidArchive, unless it has a kind or comes from the source or the
// disk.
func classifyReadError(compressed *countingReader, err error) error {
	var known *fetcherr.Error
	var file *os.PathError
	var link *os.LinkError
	if _, broken := compressed.status(); broken != nil {
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

// unsafeEntry returns the error for a rejected entry.
func unsafeEntry(name, format string, args ...any) error {
	return fetcherr.New(fetcherr.InvalidArchive, "unsafe archive: entry %q %s", name, fmt.Sprintf(format, args...)).
		WithHint("nothing was published; create the archive from inside the model folder")
}
