package inflate

import (
	"bytes"
	"io"
	"testing"

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
