package archive

import (
	"hash"
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
	if expandErr := x.checkExpansion(c.n); expandErr != nil {
		return 0, expandErr
	}
	return n, err
}

// fileWriter writes a file of the archive, and fails if the files expand too much: the holes of a sparse file are not
// in the tar stream.
type fileWriter struct {
	file      io.Writer
	crc       hash.Hash32
	hash      io.Writer
	n         int64
	extractor *extractor
}

func (w *fileWriter) Write(p []byte) (int, error) {
	x := w.extractor
	x.writtenBytes += int64(len(p))
	if err := x.checkExpansion(x.writtenBytes); err != nil {
		return 0, err
	}
	n, err := w.file.Write(p)
	w.n += int64(n)
	w.crc.Write(p[:n])
	_, _ = w.hash.Write(p[:n]) // never fails
	return n, err
}

// checkExpansion fails if expanded bytes are too many for the size of the object.
func (x *extractor) checkExpansion(expanded int64) error {
	if expanded <= x.limits.RatioFloor {
		return nil
	}
	packed := x.limits.ObjectBytes
	if packed == 0 {
		packed, _ = x.packed.status()
	}
	if expanded/x.limits.MaxRatio <= packed {
		return nil
	}
	return fetcherr.New(fetcherr.InvalidArchive, "unsafe archive: %d bytes expand to more than %d, above the limit of 1 to %d",
		packed, expanded, x.limits.MaxRatio).
		WithHint("looks like a decompression bomb; compress the model less, or raise FETCH_ARCHIVE_MAX_RATIO")
}
