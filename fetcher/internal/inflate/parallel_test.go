package inflate

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

// inParallel makes the test's readers decode on four processors, in chunks of the given size.
func inParallel(tb testing.TB, size int) {
	tb.Helper()
	before, length := runtime.GOMAXPROCS(4), chunkLength
	chunkLength, waitForChunks = size, true
	tb.Cleanup(func() {
		runtime.GOMAXPROCS(before)
		chunkLength, waitForChunks = length, false
	})
}

// outcome is what a reader returned.
type outcome struct {
	content []byte
	err     error
	members int
	adopted int
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
		result.adopted = r.parallel.adopted
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
	for _, size := range []int{1 << 10, 16 << 10, chunkSize} {
		inParallel(t, size)
		files := samples(1 << 20)
		if size == chunkSize {
			files = []sample{{"weights", weights(6 << 20)}, {"text", text(8 << 20)}}
		}
		for _, s := range files {
			for _, level := range []int{gzip.HuffmanOnly, 0, 1, 6} {
				packed := compress(t, level, s.content)
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
	packed := compress(t, 6, weights(8<<20))
	before := runtime.NumGoroutine()
	for _, length := range []int{0, 1, 150_000, 1 << 20, 3 << 20} {
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

// What expands a lot is decoded in order: a core ahead ends after speculativeLimit.
func TestSpeculation_limit(t *testing.T) {
	zeros := deflate(t, 9, make([]byte, 30<<20))
	require.Less(t, len(zeros), chunkSize)
	text := deflate(t, 6, slices.Concat(random(100), text(8<<20)))
	for name, packed := range map[string][]byte{"zeros": zeros, "text": text} {
		s := speculationPool.Get().(*speculation)
		s.run(packed, nil)
		size := s.markedEnd - historySize
		for _, f := range s.frames {
			size += f.end - f.begin
		}
		if name == "text" {
			require.Greater(t, s.end, s.begin)
			require.Greater(t, size, uint(speculativeLimit/2))
		}
		require.LessOrEqual(t, size, uint(speculativeLimit+windowSize), name)
		s.drop()
	}
}

func TestFindBlock_everyBlock(t *testing.T) {
	literals, distances := make([]uint8, maxLitLen), make([]uint8, maxDist)
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		clear(literals)
		clear(distances)
		randomCode(r, literals, 2+r.IntN(maxLitLen-1), endOfBlock)
		randomCode(r, distances, 2+r.IntN(maxDist-1), 0)
		w := new(bitWriter).number(0, 8+r.IntN(200))
		begin := uint(w.n)
		w.plainDynamic(0, literals, distances)
		for at := uint(0); ; at++ {
			at = findBlock(w.bytes, at, uint(w.n))
			require.LessOrEqual(t, at, begin, "the block was not found")
			if at == begin {
				break
			}
		}
	}
}
