package archive

import (
	"bufio"
	"bytes"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxZstdWindow is what `zstd --ultra -22` and `--long=27` need at most; a frame
// that asks for more is refused, as its window would be held in memory.
const maxZstdWindow = 128 << 20

// decompress tells the compression by its magic number, not by the object's
// name: names are given by people.
func decompress(r io.Reader) (io.ReadCloser, error) {
	ahead := bufio.NewReaderSize(r, 64<<10)
	magic, err := ahead.Peek(4)
	if err != nil && len(magic) == 0 {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		return gzip.NewReader(ahead)
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		decoder, err := zstd.NewReader(ahead, zstd.WithDecoderMaxWindow(maxZstdWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, err
		}
		return decoder.IOReadCloser(), nil
	default:
		return io.NopCloser(ahead), nil
	}
}
