package archive

import (
	"bufio"
	"bytes"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/modelferry/modelferry/fetcher/internal/inflate"
)

// decompressor decompresses an object and verifies the checksums of its compression.
type decompressor interface {
	io.ReadCloser
	// complete reports whether the end of the data is that of its one compressed stream, which a checksum covers. So
	// the data was not truncated, even between two entries of a tar archive. It is valid after Read returned io.EOF.
	complete() bool
}

// decompress detects the compression by its magic number, as the object's name may be wrong.
func decompress(r io.Reader, limits Limits) (decompressor, error) {
	const magicSize, bufferSize = 4, 64 << 10
	// The smallest buffer: the gzip decoder has its own.
	ahead := bufio.NewReaderSize(r, magicSize)
	magic, err := ahead.Peek(magicSize)
	if err != nil && len(magic) == 0 {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, gzipMagic):
		r, err := inflate.NewReader(ahead)
		return gzipReader{r}, err
	case isZstdFrame(magic), isSkippableFrame(magic):
		frames := &zstdFrames{r: bufio.NewReaderSize(ahead, bufferSize), limits: limits}
		decoder, err := zstd.NewReader(frames, zstd.WithDecoderMaxWindow(uint64(limits.MaxWindow)), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		return &zstdReader{decoder: decoder, frames: frames}, nil
	default:
		return uncompressed{bufio.NewReaderSize(ahead, bufferSize)}, nil
	}
}

// uncompressed has no checksum of its own.
type uncompressed struct{ io.Reader }

func (uncompressed) Close() error { return nil }

func (uncompressed) complete() bool { return false }

// skipZeros reads zeros up to the end of r and returns io.EOF. Tools pad what they write to a pipe or a tape, after the
// compression. https://github.com/libarchive/libarchive/wiki/ManPageBsdtar1 (-b)
func skipZeros(r *bufio.Reader) error {
	for {
		if _, err := r.Peek(1); err != nil {
			return err
		}
		padding, _ := r.Peek(r.Buffered()) // cannot fail
		if len(bytes.TrimLeft(padding, "\x00")) > 0 {
			return errTrailingData
		}
		if _, err := r.Discard(len(padding)); err != nil {
			return err
		}
	}
}
