package inflate

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// inParallel makes the test's readers decode on four processors, in chunks of the given size.
func inParallel(tb testing.TB, size int) {
	tb.Helper()
	before, length, vain := runtime.GOMAXPROCS(4), chunkLength, vainChunks
	chunkLength, waitForChunks, vainChunks = size, true, math.MaxInt64
	tb.Cleanup(func() {
		runtime.GOMAXPROCS(before)
		chunkLength, waitForChunks, vainChunks = length, false, vain
	})
}

// outcome is what a reader returned.
type outcome struct {
	content []byte
	err     error
	members int
	// adopted is the number of chunks that were decoded ahead, and headers the number of headers that were read ahead.
	adopted, headers int
}

// readWith reads a file with or without the cores ahead.
func readWith(parallel bool, src io.Reader) outcome {
	before := parallelProcs
	defer func() { parallelProcs = before }()
	if parallelProcs = 1 << 20; parallel {
		parallelProcs = 1
	}
	r, err := NewReader(src)
	if err != nil {
		return outcome{err: err}
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	result := outcome{content: content, err: err, members: r.Members()}
	if r.parallel != nil {
		result.adopted, result.headers = r.parallel.adopted, int(r.parallel.chunks.headers.Load())
	}
	return result
}

// requireSameInParallel fails unless both ways return the same content before the same error. It returns the number of
// chunks that were decoded ahead.
func requireSameInParallel(t *testing.T, packed []byte, what ...any) int {
	t.Helper()
	one, several := readWith(false, bytes.NewReader(packed)), readWith(true, bytes.NewReader(packed))
	require.Equal(t, one.err, several.err, what...)
	require.Equal(t, one.members, several.members, what...)
	require.True(t, bytes.Equal(one.content, several.content), what...)
	return several.adopted
}

func TestParallel_content(t *testing.T) {
	small, large := samples(1<<19), []sample{{"weights", weights(6 << 20)}, {"text", text(8 << 20)}}
	for _, tt := range []struct {
		files      []sample
		levels     []int
		chunkSizes []int
	}{
		{small, []int{gzip.HuffmanOnly, 0, 1, 6}, []int{1 << 10, 16 << 10}},
		{large, []int{1, 6}, []int{chunkSize}},
	} {
		for _, s := range tt.files {
			for _, level := range tt.levels {
				packed := compress(t, level, s.content)
				for _, size := range tt.chunkSizes {
					inParallel(t, size)
					for _, waitForChunks = range []bool{false, true} {
						got := readWith(true, bytes.NewReader(packed))
						require.NoError(t, got.err, "%s, level %d", s.name, level)
						require.True(t, bytes.Equal(s.content, got.content), "%s, level %d", s.name, level)
						if waitForChunks && level == 6 && len(packed) > 5*size && s.name != "random" && size > 1<<10 {
							require.Greater(t, got.adopted, 1, "%s: hardly any chunk was decoded ahead", s.name)
						}
					}
				}
			}
		}
	}
}

// A stream of one block has no place to begin at; one of stored blocks is not decoded ahead, and may contain what looks
// like a block.
func TestParallel_withoutBlocks(t *testing.T) {
	inParallel(t, 16<<10)
	for _, final := range []uint{0, 1} {
		fixed := new(bitWriter).fixed(final)
		for _, b := range text(400_000) {
			fixed.fixedSymbol(uint(b))
		}
		fixed.fixedSymbol(endOfBlock)
		if final == 0 {
			fixed.stored(1, 0, 0xffff)
		}
		packed := slices.Concat(compress(t, 0, nil)[:headerSize], fixed.bytes, make([]byte, 8))
		require.Zero(t, requireSameInParallel(t, packed))
	}
	inner := deflate(t, 6, weights(500_000))
	packed := compress(t, 0, inner)
	requireSameInParallel(t, packed)
	content, err := readAll(bytes.NewReader(packed))
	require.NoError(t, err)
	require.True(t, bytes.Equal(inner, content))
}

func TestParallel_members(t *testing.T) {
	inParallel(t, 8<<10)
	var packed, want []byte
	for i, s := range slices.Concat(samples(300_000), samples(3000), samples(0), samples(150_000)) {
		packed = append(packed, compress(t, []int{6, 1, 9, 0}[i%4], s.content)...)
		want = append(want, s.content...)
	}
	for _, rest := range [][]byte{nil, make([]byte, 100_000), []byte("text"), packed[:5000]} {
		requireSameInParallel(t, slices.Concat(packed, rest))
	}
	got := readWith(true, bytes.NewReader(packed))
	require.NoError(t, got.err)
	require.True(t, bytes.Equal(want, got.content))
	require.Equal(t, 28, got.members)
	require.Positive(t, got.adopted)
}

// A block decoded ahead may refer to 32 KiB, but its member has less. What was in memory before must not get out.
func TestParallel_distanceBeforeTheMember(t *testing.T) {
	inParallel(t, 4<<10)
	var packed bytes.Buffer
	w, err := flate.NewWriterDict(&packed, 6, text(50_000)[:30_000])
	require.NoError(t, err)
	_, err = w.Write(text(50_000)[30_000:38_000])
	require.NoError(t, err)
	require.NoError(t, w.Close())
	begin := slices.Concat(compress(t, 0, random(200_000)), compress(t, 0, nil)[:headerSize])
	for length := uint(3000); length < 9000; length += 500 {
		stored := new(bitWriter).stored(0, length, length^0xffff, random(int(length))...).bytes
		several := slices.Concat(begin, stored, packed.Bytes(), make([]byte, 10_000))
		require.ErrorIs(t, readWith(true, bytes.NewReader(several)).err, errTooFarBack)
		requireSameInParallel(t, several)
	}
}

func TestParallel_damaged(t *testing.T) {
	inParallel(t, 20<<10)
	r := rand.New(rand.NewPCG(1, 2))
	adopted := 0
	for _, s := range samples(400_000)[:5] {
		packed := compress(t, 6, s.content)
		for range 30 {
			damaged := bytes.Clone(packed)
			at := r.IntN(len(packed))
			damaged[at] ^= 1 << r.IntN(8)
			adopted += requireSameInParallel(t, damaged, "%s, byte %d", s.name, at)
		}
		for end := chunkLength; end < len(packed); end += chunkLength {
			for _, end := range []int{end - 1, end, end + 1} {
				requireSameInParallel(t, packed[:end], "%s, %d bytes", s.name, end)
			}
		}
		for i := 1; i <= 8; i++ {
			requireSameInParallel(t, packed[:len(packed)-i])
			damaged := bytes.Clone(packed)
			damaged[len(damaged)-i] ^= 1
			require.ErrorIs(t, readWith(true, bytes.NewReader(damaged)).err, ErrChecksum)
		}
	}
	require.Greater(t, adopted, 100)
}
