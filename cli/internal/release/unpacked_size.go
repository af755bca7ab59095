package release

import (
	"archive/tar"
	"errors"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// unpackedSize returns the size of the files in an archive, in bytes: .tar, .tar.gz, .tgz or .tar.zst.
func unpackedSize(r io.Reader, name string) (size int64, err error) {
	switch {
	case strings.HasSuffix(name, ".gz"), strings.HasSuffix(name, ".tgz"):
		decoder, err := gzip.NewReader(r)
		if err != nil {
			return 0, err
		}
		r = decoder
	case strings.HasSuffix(name, ".zst"):
		decoder, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1))
		if err != nil {
			return 0, err
		}
		defer decoder.Close()
		r = decoder
	}
	archive := tar.NewReader(r)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return max(size, 1), nil // an archive of empty files
		}
		if err != nil {
			return 0, err
		}
		size += header.Size
	}
}
