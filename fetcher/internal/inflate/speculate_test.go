package inflate

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// What expands a lot is decoded in order: a core ahead ends after speculativeLimit.
func TestSpeculation_limit(t *testing.T) {
	zeros := deflate(t, 9, make([]byte, 4<<20))
	require.Less(t, len(zeros), chunkSize)
	text := deflate(t, 6, slices.Concat(random(100), text(4<<20)))
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

// almostHeaders returns as many headers of dynamic blocks as fit. All but their last bits are valid, and no block is:
// the code of literals is not complete.
func almostHeaders(size int) []byte {
	w := new(bitWriter)
	for len(w.bytes) < size {
		w.dynamic(0, 257, 1, 0, 0, 1, 2, 2)           // lengths of the codes of 16, 17, 18, 0 and 8
		w.code(0, 1).number(127, 7)                   // 138 times 0
		w.code(0, 1).number(107, 7)                   // 118 times 0
		w.code(endOfBlockLength, 2).code(noLength, 2) // of a literal code and a distance code
	}
	return w.bytes[:size]
}

// The codes of the lengths 8 and 0 in almostHeaders.
const endOfBlockLength, noLength = 3, 2

// emptyBlocks returns as many dynamic blocks without content as fit.
func emptyBlocks(size int) []byte {
	w := new(bitWriter)
	for len(w.bytes) < size {
		w.plainDynamic(0, lengthsOf(257, map[int]uint8{endOfBlock: 1}), []uint8{0}).code(0, 1)
	}
	return w.bytes[:size]
}

// What looks like blocks, but is none, is not searched to the end, and blocks without content are not decoded to the
// end: inside of stored blocks, both are data that one core only copies.
func TestSpeculation_headerLimits(t *testing.T) {
	almost, blocks := almostHeaders(chunkSize), deflate(t, 6, weights(200_000))
	for _, tt := range []struct {
		name        string
		data        []byte
		found       bool
		least, most int
	}{
		{"blocks", blocks, true, 10, 20},
		{"almost headers", almost, false, speculativeHeaders, speculativeHeaders},
		{
			"blocks after many almost headers", slices.Concat(almost[:52*speculativeHeaders/8+64], blocks),
			false, speculativeHeaders, speculativeHeaders,
		},
		{"blocks at the end of what is searched", slices.Concat(make([]byte, searchBytes-headBytes), blocks), true, 10, 20},
		{"blocks behind it", slices.Concat(make([]byte, searchBytes+1), blocks), false, 0, 0},
		{"empty blocks", emptyBlocks(chunkSize), true, speculativeHeaders, speculativeHeaders},
		{
			"empty blocks after content", slices.Concat(deflateOpen(t, weights(200_000)), emptyBlocks(chunkSize)),
			true, speculativeHeaders, speculativeHeaders,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := speculationPool.Get().(*speculation)
			defer s.drop()
			s.run(tt.data, nil)
			require.Equal(t, tt.found, s.end > s.begin)
			require.LessOrEqual(t, tt.least, s.headers)
			require.LessOrEqual(t, s.headers, tt.most)
		})
	}
}

// Where nothing is found in chunk after chunk, few are searched, until there are blocks again.
func TestParallel_chunksInVain(t *testing.T) {
	const size, part, vain = 16 << 10, 60_000, 8
	inParallel(t, size)
	vainChunks = vain
	w := new(bitWriter)
	stored := almostHeaders(part)
	var content []byte
	for range 60 {
		w.stored(0, part, part^0xffff, stored...)
		content = append(content, stored...)
	}
	searched := len(w.bytes) / size
	packed := slices.Concat(compress(t, 0, nil)[:headerSize], w.bytes, deflate(t, 6, weights(2<<20)),
		gzipTrailer(content, weights(2<<20)))
	got := readWith(true, bytes.NewReader(packed))
	require.NoError(t, got.err)
	require.True(t, bytes.Equal(slices.Concat(content, weights(2<<20)), got.content))
	// The cores are up to maxCores + 2 chunks ahead of the stream.
	require.LessOrEqual(t, got.headers, (vain+maxCores+2+searched/rareChunks+1)*speculativeHeaders+len(packed)/100)
	require.Greater(t, got.adopted, (len(packed)-len(w.bytes))/size/2)
}
