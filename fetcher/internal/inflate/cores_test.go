package inflate

import (
	"bytes"
	"io"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// Only one stream at a time uses many cores, and so their memory.
func TestParallel_oneStream(t *testing.T) {
	inParallel(t, 16<<10)
	packed := compress(t, 6, weights(1<<20))
	var readers [2]*Reader
	for i := range readers {
		r, err := NewReader(bytes.NewReader(packed))
		require.NoError(t, err)
		defer r.Close()
		_, err = io.ReadFull(r, make([]byte, 200_000))
		require.NoError(t, err)
		readers[i] = r
	}
	require.NotNil(t, readers[0].parallel)
	require.Nil(t, readers[1].parallel)
	for _, r := range readers {
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		require.True(t, bytes.Equal(weights(1 << 20)[200_000:], content))
	}
	require.False(t, parallelBusy.Load())
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
