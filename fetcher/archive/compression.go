package archive

import (
	"bufio"
	"bytes"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxZstdWindow is the largest window of `zstd --ultra -22` and `--long=27`. A frame with a larger window is rejected,
// as the decoder would allocate it.
const maxZstdWindow = 128 << 20

// decompress detects the compression by its magic number, as the object's name may be wrong.
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
