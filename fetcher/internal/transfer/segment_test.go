package transfer_test

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

// newHalfWrittenFile returns a file of 10,000 bytes that contains every second thousand, and the segments.
func newHalfWrittenFile(t *testing.T, src *memorySource) (*os.File, []transfer.Segment) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	t.Cleanup(func() { file.Close() })
	algorithm := transfer.SegmentAlgorithm(src.object().Checksum)
	var have []transfer.Segment
	for at := int64(0); at < 10_000; at += 2000 {
		bytes := src.body[at : at+1000]
		_, err := file.WriteAt(bytes, at)
		require.NoError(t, err)
		have = append(have, transfer.Segment{Offset: at, Length: 1000, CRC: algorithm.Update(0, bytes)})
	}
	return file, have
}

func TestFile_skipsExistingSegments(t *testing.T) {
	src := randomSource(10_000)
	file, have := newHalfWrittenFile(t, src)
	intact, err := transfer.VerifySegments(t.Context(), file, src.object(), have)
	require.NoError(t, err)
	require.Equal(t, have, intact)
	var noted atomic.Int64
	with := testOptions
	with.Existing, with.OnSegment = intact, func(s transfer.Segment) { noted.Add(s.Length) }
	got, err := transfer.File(t.Context(), src, src.object(), file, with)
	require.NoError(t, err)
	require.Equal(t, wantDigest(src.body), got)
	require.Equal(t, int64(5), src.reads.Load())
	require.Equal(t, int64(5000), noted.Load())
	body, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	require.Equal(t, src.body, body)
}

func TestVerifySegments_dropsCorruptSegments(t *testing.T) {
	src := randomSource(10_000)
	file, have := newHalfWrittenFile(t, src)
	_, err := file.WriteAt([]byte{^src.body[4500]}, 4500)
	require.NoError(t, err)
	require.NoError(t, file.Truncate(8500)) // as after a loss of power
	more := append([]transfer.Segment{
		{Offset: 1, Length: 0}, {Offset: -1, Length: 5}, {Offset: 9000, Length: 1001}, {Offset: 500, Length: 1000},
		{Offset: 3, Length: 1 << 62},
	}, have...)
	intact, err := transfer.VerifySegments(t.Context(), file, src.object(), more)
	require.NoError(t, err)
	require.Equal(t, []transfer.Segment{have[0], have[1], have[3]}, intact, "the third is corrupt, the last is truncated")
}
