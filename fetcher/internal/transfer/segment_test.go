package transfer_test

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

// newHalfWrittenFile returns a file of 10,000 bytes, of which every second segment of 1000 bytes is written, and these
// segments.
func newHalfWrittenFile(t *testing.T, src *memorySource) (*os.File, []transfer.Segment) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	t.Cleanup(func() { file.Close() })
	algorithm := transfer.SegmentAlgorithm(src.object().Checksum)
	var segments []transfer.Segment
	for offset := int64(0); offset < 10_000; offset += 2000 {
		data := src.body[offset : offset+1000]
		_, err := file.WriteAt(data, offset)
		require.NoError(t, err)
		segments = append(segments, transfer.Segment{Offset: offset, Length: 1000, CRC: algorithm.Update(0, data)})
	}
	return file, segments
}

func TestFile_skipsExistingSegments(t *testing.T) {
	src := randomSource(10_000)
	file, existing := newHalfWrittenFile(t, src)
	intact, err := transfer.VerifySegments(t.Context(), file, src.object(), existing)
	require.NoError(t, err)
	require.Equal(t, existing, intact)
	var reported atomic.Int64
	options := testOptions
	options.Existing, options.OnSegment = intact, func(s transfer.Segment) { reported.Add(s.Length) }
	got, err := transfer.File(t.Context(), src, src.object(), file, options)
	require.NoError(t, err)
	require.Equal(t, wantDigest(src.body), got)
	require.Equal(t, int64(5), src.reads.Load())
	require.Equal(t, int64(5000), reported.Load())
	body, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	require.Equal(t, src.body, body)
}

func TestVerifySegments_dropsCorruptSegments(t *testing.T) {
	src := randomSource(10_000)
	file, existing := newHalfWrittenFile(t, src)
	_, err := file.WriteAt([]byte{^src.body[4500]}, 4500)
	require.NoError(t, err)
	require.NoError(t, file.Truncate(8500)) // as after a power failure
	segments := append([]transfer.Segment{
		{Offset: 1, Length: 0}, {Offset: -1, Length: 5}, {Offset: 9000, Length: 1001}, {Offset: 500, Length: 1000},
		{Offset: 3, Length: 1 << 62},
	}, existing...)
	intact, err := transfer.VerifySegments(t.Context(), file, src.object(), segments)
	require.NoError(t, err)
	require.Equal(t, []transfer.Segment{existing[0], existing[1], existing[3]}, intact, "the third is corrupt, the last is truncated")
}
