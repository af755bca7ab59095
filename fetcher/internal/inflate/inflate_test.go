package inflate

import (
	"bytes"
	"compress/gzip"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func compress(tb testing.TB, level int, content []byte) []byte {
	tb.Helper()
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, level)
	require.NoError(tb, err)
	_, err = w.Write(content)
	require.NoError(tb, err)
	require.NoError(tb, w.Close())
	return packed.Bytes()
}

func readAll(src io.Reader) ([]byte, error) {
	r, err := NewReader(src)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func TestReader_samples(t *testing.T) {
	for _, s := range samples(1 << 20) {
		for _, level := range []int{0, 1, 6, 9, -2} {
			packed := compress(t, level, s.content)
			got, err := readAll(bytes.NewReader(packed))
			require.NoError(t, err, s.name)
			require.True(t, bytes.Equal(s.content, got), s.name)
			got, err = readAll(iotest.HalfReader(bytes.NewReader(packed)))
			require.NoError(t, err, s.name)
			require.True(t, bytes.Equal(s.content, got), s.name)
		}
	}
	packed := compress(t, 6, samples(100000)[1].content)
	got, err := readAll(iotest.OneByteReader(bytes.NewReader(packed)))
	require.NoError(t, err)
	require.True(t, bytes.Equal(samples(100000)[1].content, got))
	_ = rand.Int
}
