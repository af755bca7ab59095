package archive_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/archive"
	. "github.com/modelferry/modelferry/fetcher/internal/archivetest"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

func TestExtract_enforcesLimits(t *testing.T) {
	three := Tar(t, File("a", make([]byte, 600)), File("b", make([]byte, 600)), File("c", make([]byte, 600)))
	bomb := Gzip(t, Tar(t, File("zeros", make([]byte, 3<<20))))
	free := func(n int64) func() (int64, error) { return func() (int64, error) { return n, nil } }
	tests := []struct {
		name   string
		packed []byte
		limits archive.Limits
		kind   fetcherr.Kind
		want   string
	}{
		{"entries", three, archive.Limits{MaxEntries: 2}, fetcherr.InvalidArchive, "more than 2 entries"},
		{"bytes", three, archive.Limits{MaxBytes: 1700}, fetcherr.InvalidArchive, "more than 1700 bytes"},
		{"ratio", bomb, archive.Limits{RatioFloor: 1 << 20}, fetcherr.InvalidArchive, "above the limit of 1 to 200"},
		{"ratio after the end of the archive", Gzip(t, append(Tar(t, File("a", []byte("x"))), make([]byte, 3<<20)...)),
			archive.Limits{RatioFloor: 1 << 20}, fetcherr.InvalidArchive, "above the limit of 1 to 200"},
		{"the volume", Tar(t, File("a", make([]byte, 2<<20))), archive.Limits{FreeBytes: free(1 << 20)}, fetcherr.NoSpace,
			"2097152 bytes required, 1048576 available"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := extract(t, tt.packed, tt.limits)
			require.ErrorContains(t, err, tt.want)
			require.Equal(t, tt.kind, fetcherr.KindOf(err))
		})
	}
	t.Run("exactly at the limits", func(t *testing.T) {
		_, _, err := extract(t, three, archive.Limits{MaxEntries: 3, MaxBytes: 1800, FreeBytes: free(1)})
		require.NoError(t, err)
		_, _, err = extract(t, bomb, archive.Limits{}) // below the default RatioFloor
		require.NoError(t, err)
	})
}

func randomBytes(n int) []byte {
	body := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(body) // never fails
	return body
}

// Holes are written, so they count.
func TestExtract_sparseFileIsLimited(t *testing.T) {
	packed := Gzip(t, RawTar(SparseFile("s", nil, 1500<<20)))
	require.Less(t, len(packed), 200)
	_, content, err := extract(t, packed, archive.Limits{})
	require.ErrorContains(t, err, "bytes expand to more than")
	require.Equal(t, fetcherr.InvalidArchive, fetcherr.KindOf(err))
	require.Empty(t, content.Files)
	_, _, err = extract(t, packed, archive.Limits{MaxBytes: 1500<<20 - 1})
	require.ErrorContains(t, err, "more than 1572863999 bytes")
	_, _, err = extract(t, packed, archive.Limits{FreeBytes: func() (int64, error) { return 1 << 30, nil }})
	require.Equal(t, fetcherr.NoSpace, fetcherr.KindOf(err))
}

// The ratio is that of the object, not of what was read so far: a model may begin with zeros.
func TestExtract_ratioOfWholeObject(t *testing.T) {
	limits := archive.Limits{RatioFloor: 1 << 20, MaxRatio: 20}
	packed := Gzip(t, Tar(t, File("zeros", make([]byte, 4<<20)), File("weights", randomBytes(500_000))))
	_, _, err := extract(t, packed, limits)
	require.ErrorContains(t, err, "above the limit of 1 to 20", "the size of the object is not known")
	limits.ObjectBytes = int64(len(packed))
	_, _, err = extract(t, packed, limits)
	require.NoError(t, err)
	limits.MaxRatio = 8
	_, _, err = extract(t, packed, limits)
	require.ErrorContains(t, err, "above the limit of 1 to 8")
	require.ErrorContains(t, err, "FETCH_ARCHIVE_MAX_RATIO")
}

func TestExtract_defaultLimits(t *testing.T) {
	entries := func(n int) []byte {
		packed := join(bytes.Repeat(Raw('5', "./", nil, nil), n-1), Raw('0', "a", nil, nil))
		return Gzip(t, RawTar(packed))
	}
	_, _, err := extract(t, entries(100_000), archive.Limits{})
	require.NoError(t, err)
	_, _, err = extract(t, entries(100_001), archive.Limits{})
	require.ErrorContains(t, err, "more than 100000 entries")

	free := func() (int64, error) { return 1 << 62, nil }
	_, _, err = extract(t, TarWithFalseSize(t, "a", 1<<44), archive.Limits{FreeBytes: free})
	require.ErrorIs(t, err, archive.ErrCorrupt)
	_, _, err = extract(t, TarWithFalseSize(t, "a", 1<<44+1), archive.Limits{FreeBytes: free})
	require.ErrorContains(t, err, "more than 17592186044416 bytes")

	// Zeros after the mark are not written, but they count.
	zeros := func(n int) []byte { return Gzip(t, join(Tar(t, File("a", nil)), make([]byte, n-2048))) }
	_, _, err = extract(t, zeros(64<<20), archive.Limits{ObjectBytes: 1000})
	require.NoError(t, err)
	_, _, err = extract(t, zeros(80<<20), archive.Limits{ObjectBytes: 80 << 20 / 201})
	require.ErrorContains(t, err, "above the limit of 1 to 200")
	_, _, err = extract(t, zeros(80<<20), archive.Limits{ObjectBytes: 80 << 20 / 200})
	require.NoError(t, err)
}

func TestExtract_zstdWindow(t *testing.T) {
	packed := Tar(t, File("a", []byte("a")))
	withWindow := func(descriptor byte) []byte {
		// A frame without content size, checksum and dictionary, of one uncompressed block.
		frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, descriptor}
		size := uint32(len(packed))<<3 | 1
		return append(append(frame, byte(size), byte(size>>8), byte(size>>16)), packed...)
	}
	var reserved []int64
	limits := archive.Limits{ReserveMemory: func(window int64) error {
		reserved = append(reserved, window)
		return nil
	}}
	_, _, err := extract(t, withWindow(17<<3), limits)
	require.NoError(t, err)
	_, _, err = extract(t, withWindow(17<<3|1), limits)
	require.ErrorContains(t, err, "zstd needs a window of 150994944 bytes, above the limit of 134217728")
	require.ErrorContains(t, err, "FETCH_ARCHIVE_MAX_WINDOW")
	require.NotErrorIs(t, err, archive.ErrCorrupt)
	limits.MaxWindow = 144 << 20
	_, _, err = extract(t, withWindow(17<<3|1), limits)
	require.NoError(t, err)
	_, _, err = extract(t, join(zstdFrame(t, packed[:700], true), zstdFrame(t, packed[700:], true)), limits)
	require.NoError(t, err)
	require.Equal(t, []int64{128 << 20, 144 << 20, 1024, int64(len(packed)) - 700}, reserved)

	busy := fmt.Errorf("no memory")
	limits.ReserveMemory = func(int64) error { return busy }
	_, _, err = extract(t, withWindow(0), limits)
	require.ErrorIs(t, err, busy)
}
