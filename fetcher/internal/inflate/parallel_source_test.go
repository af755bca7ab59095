package inflate

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParallel_sourceFails(t *testing.T) {
	inParallel(t, 16<<10)
	broken := errors.New("connection reset")
	packed := compress(t, 6, weights(1<<20))
	for _, end := range []int{150_000, 16<<10 + 200_000, 300_000, len(packed) - 4, len(packed)} {
		for _, parallel := range []bool{false, true} {
			src := io.MultiReader(iotest.HalfReader(bytes.NewReader(packed[:end])), iotest.ErrReader(broken))
			got := readWith(parallel, src)
			require.ErrorIs(t, got.err, broken, "after %d bytes", end)
			require.True(t, bytes.HasPrefix(weights(1<<20), got.content))
		}
	}
	require.ErrorIs(t, readWith(true, io.MultiReader(bytes.NewReader(packed[:200_000]), emptyReader{})).err, io.ErrNoProgress)
}

// countingSource counts what is read of it. It must not be read after the Reader returned an error or was closed.
type countingSource struct {
	io.Reader
	n int
}

func (c *countingSource) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// Whether the reader is closed early or fails, no goroutine and no claim on the cores is left, and little was read
// ahead of what was returned.
func TestParallel_closedEarly(t *testing.T) {
	inParallel(t, 16<<10)
	packed := compress(t, 6, weights(4<<20))
	before := runtime.NumGoroutine()
	for _, length := range []int{0, 1, 150_000, 200_000, 500_000, 1 << 20, 2 << 20, 3 << 20} {
		src := &countingSource{Reader: bytes.NewReader(packed)}
		r, err := NewReader(src)
		require.NoError(t, err)
		_, err = io.ReadFull(r, make([]byte, length))
		require.NoError(t, err)
		require.NoError(t, r.Close())
		require.NoError(t, r.Close())
		require.LessOrEqual(t, src.n, length+200_000+7*chunkLength)
		_, err = r.Read(make([]byte, 1))
		require.ErrorIs(t, err, io.ErrClosedPipe)
		require.False(t, parallelBusy.Load())
	}
	damaged := bytes.Clone(packed)
	copy(damaged[1<<20:], make([]byte, 1000))
	r, err := NewReader(bytes.NewReader(damaged))
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, r)
	require.Error(t, err)
	require.False(t, parallelBusy.Load())
	require.NoError(t, r.Close())
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}
