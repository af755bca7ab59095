package archive

import (
	"io"
	"sync"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// countingReader counts the compressed bytes and records the error of its source. It has a mutex because the zstd
// decoder reads in another goroutine.
type countingReader struct {
	r     io.Reader
	mutex sync.Mutex
	n     int64
	err   error
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.n += int64(n)
	if err != nil && err != io.EOF {
		c.err = err
	}
	return n, err
}

// status returns the number of bytes read and the source's error.
func (c *countingReader) status() (int64, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.n, c.err
}

// limitedReader fails if the archive expands too much. It counts all bytes of the tar stream, not only those of files.
type limitedReader struct {
	r         io.Reader
	n         int64
	extractor *extractor
}

func (c *limitedReader) Read(p []byte) (int, error) {
	x := c.extractor
	if x.ctx.Err() != nil {
		return 0, x.ctx.Err()
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.n <= x.limits.RatioFloor {
		return n, err
	}
	if packed, _ := x.packed.status(); c.n/x.limits.MaxRatio > packed {
		return 0, fetcherr.New(fetcherr.InvalidArchive, "unsafe archive: %d bytes expand to more than %d, above the limit of 1 to %d",
			packed, c.n, x.limits.MaxRatio).WithHint("looks like a decompression bomb; compress the model less")
	}
	return n, err
}

// endOfArchive is the size of the end-of-archive mark: two zero blocks. archive/tar does not require the mark, so it
// would accept an uncompressed archive that was truncated between two entries.
const endOfArchive = 2 * 512

// trailingZerosReader counts the zeros at the end of what was read so far.
type trailingZerosReader struct {
	r     io.Reader
	zeros int64
}

func (t *trailingZerosReader) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	i := n
	for i > 0 && p[i-1] == 0 {
		i--
	}
	if i > 0 {
		t.zeros = 0
	}
	t.zeros += int64(n - i)
	return n, err
}
