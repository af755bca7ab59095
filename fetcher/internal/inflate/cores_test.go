package inflate

import (
	"bytes"
	"io"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// Only one stream at a time uses many cores, and so their memory. The other takes them when they are free again.
func TestParallel_oneStreamAtATime(t *testing.T) {
	inParallel(t, 16<<10)
	content := weights(2 << 20)
	packed := compress(t, 6, content)
	begin := func(packed []byte) *Reader {
		r, err := NewReader(bytes.NewReader(packed))
		require.NoError(t, err)
		t.Cleanup(func() { r.Close() })
		_, err = io.ReadFull(r, make([]byte, 200_000))
		require.NoError(t, err)
		return r
	}
	first, second := begin(packed), begin(packed)
	require.NotNil(t, first.parallel)
	require.Nil(t, second.parallel)
	got, err := io.ReadAll(first)
	require.NoError(t, err)
	require.True(t, bytes.Equal(content[200_000:], got))
	require.False(t, parallelBusy.Load())

	got, err = io.ReadAll(second)
	require.NoError(t, err)
	require.True(t, bytes.Equal(content[200_000:], got))
	require.NotNil(t, second.parallel)
	require.Greater(t, second.parallel.adopted, 20)
	require.False(t, parallelBusy.Load())
}

// The cores are free for others however a Reader ends that waits for its goroutine before it uses them.
func TestParallel_endsBeforeTheCoresBegin(t *testing.T) {
	inParallel(t, 16<<10)
	packed := compress(t, 6, weights(1<<20))
	short := compress(t, 6, weights(430_000))
	wrong := bytes.Clone(short)
	wrong[len(wrong)-8] ^= 1
	for name, tt := range map[string]struct {
		packed []byte
		want   error
	}{
		"closed": {packed, nil}, "truncated": {packed[:400_000], io.ErrUnexpectedEOF}, "at the end": {short, nil}, "wrong checksum": {wrong, ErrChecksum},
	} {
		t.Run(name, func(t *testing.T) {
			parallelBusy.Store(true)
			defer parallelBusy.Store(false)
			r, err := NewReader(bytes.NewReader(tt.packed))
			require.NoError(t, err)
			defer r.Close()
			_, err = io.ReadFull(r, make([]byte, 150_000))
			require.NoError(t, err)
			parallelBusy.Store(false)
			_, err = io.ReadFull(r, make([]byte, 50_000))
			require.NoError(t, err)
			require.True(t, r.claimed)
			require.Nil(t, r.parallel)
			if name != "closed" {
				_, err = io.Copy(io.Discard, r)
				require.ErrorIs(t, err, tt.want)
				require.False(t, parallelBusy.Load())
			}
			require.NoError(t, r.Close())
			require.False(t, parallelBusy.Load())
		})
	}
}

// More processors than maxCores do not add memory: what is read ahead, and so decoded ahead, is that of maxCores.
// Nobody reads the content here, so all goroutines wait in the end.
func TestParallel_maxCores(t *testing.T) {
	inParallel(t, 16<<10)
	runtime.GOMAXPROCS(4 * maxCores)
	packed := compress(t, 6, weights(4<<20))
	synctest.Test(t, func(t *testing.T) {
		src := &countingSource{Reader: bytes.NewReader(packed)}
		r, err := NewReader(src)
		require.NoError(t, err)
		defer r.Close()
		_, err = io.ReadFull(r, make([]byte, windowSize))
		require.NoError(t, err)
		require.NotNil(t, r.parallel)
		synctest.Wait()
		require.LessOrEqual(t, src.n, inputSize+windowSize+(maxCores+3)*chunkLength)
	})
}
