package inflate

import (
	"bytes"
	"compress/flate"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func deflate(tb testing.TB, level int, content []byte) []byte {
	tb.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, level)
	require.NoError(tb, err)
	_, err = w.Write(content)
	require.NoError(tb, err)
	require.NoError(tb, w.Close())
	return packed.Bytes()
}

// deflateOpen returns blocks of which the last one is not marked as such. They end at a byte.
func deflateOpen(tb testing.TB, content []byte) []byte {
	tb.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, 6)
	require.NoError(tb, err)
	_, err = w.Write(content)
	require.NoError(tb, err)
	require.NoError(tb, w.Flush())
	return packed.Bytes()
}

// FuzzInflate compares the decoder with compress/flate. What is decoded is, depending on mode, the input itself, the
// input compressed, or a stream of random codes and symbols; the latter also with a few bits flipped.
func FuzzInflate(f *testing.F) {
	for _, s := range samples(2000) {
		for mode := range uint8(8) {
			f.Add(mode, uint64(len(s.name)), s.content)
			f.Add(mode, uint64(1), deflate(f, 6, s.content))
		}
	}
	f.Fuzz(func(t *testing.T, mode uint8, seed uint64, input []byte) {
		r := rand.New(rand.NewPCG(seed, 0))
		packed := input
		switch mode % 4 {
		case 1:
			packed = deflate(t, int(seed%12)-2, input)
		case 2:
			packed = randomStream(r, 1+int(seed%3), false)
		case 3:
			packed = randomStream(r, 1+int(seed%3), true)
		}
		if mode&4 != 0 && len(packed) > 0 {
			packed = bytes.Clone(packed)
			for range 1 + r.IntN(4) {
				packed[r.IntN(len(packed))] ^= 1 << r.IntN(8)
			}
		}
		requireSame(t, packed)
	})
}

// randomStream returns a stream of blocks with random complete codes, which have up to 15 bits, and random symbols.
func randomStream(r *rand.Rand, blocks int, long bool) []byte {
	w := new(bitWriter)
	written := 0
	for block := range blocks {
		final := uint(0)
		if block == blocks-1 {
			final = 1
		}
		literals, distances := make([]uint8, maxLitLen), make([]uint8, maxDist)
		randomCode(r, literals, 2+r.IntN(maxLitLen-1), endOfBlock)
		randomCode(r, distances, 2+r.IntN(maxDist-1), r.IntN(maxDist))
		w.plainDynamic(final, literals, distances)
		litCodes, distCodes := canonical(literals), canonical(distances)
		symbols := r.IntN(300)
		if long {
			symbols *= 50
		}
		for range symbols {
			symbol := r.IntN(maxLitLen)
			if literals[symbol] == 0 || symbol == endOfBlock {
				continue
			}
			if symbol < endOfBlock {
				w.code(litCodes[symbol], int(literals[symbol]))
				written++
				continue
			}
			distance := r.IntN(maxDist)
			entry := distSymbols[distance]
			extra := uint(r.Uint64()) & uint(entry>>16&0xffff)
			back := int(entry>>32) + int(extra)
			if distances[distance] == 0 || back > written {
				continue
			}
			length := litSymbols[symbol]
			lengthExtra := uint(r.Uint64()) & uint(length>>17&31)
			w.code(litCodes[symbol], int(literals[symbol])).number(lengthExtra, int(length&0xff))
			w.code(distCodes[distance], int(distances[distance])).number(extra, int(entry&0xff))
			written += int(length>>8&0x1ff) + int(lengthExtra)
		}
		w.code(litCodes[endOfBlock], int(literals[endOfBlock]))
	}
	return w.bytes
}

// randomCode gives n symbols, among them the given one, the lengths of a random complete code of at most 15 bits.
func randomCode(r *rand.Rand, lengths []uint8, n, always int) {
	leaves := []uint8{1, 1}
	for len(leaves) < n {
		// Splitting the deepest leaf often makes long codes.
		i := r.IntN(len(leaves))
		if r.IntN(3) > 0 {
			i = len(leaves) - 1
		}
		if leaves[i] == maxCodeBits {
			i = r.IntN(len(leaves))
		}
		if leaves[i] == maxCodeBits {
			continue
		}
		leaves[i]++
		leaves = append(leaves, leaves[i])
	}
	symbols := r.Perm(len(lengths))
	for i, symbol := range symbols {
		if symbol == always {
			symbols[0], symbols[i] = symbols[i], symbols[0]
		}
	}
	r.Shuffle(len(leaves), func(i, j int) { leaves[i], leaves[j] = leaves[j], leaves[i] })
	for i, length := range leaves {
		lengths[symbols[i]] = length
	}
}

func TestDecoder_randomCodes(t *testing.T) {
	for seed := range uint64(400) {
		packed := randomStream(rand.New(rand.NewPCG(seed, 1)), 3, seed%8 == 0)
		_, _, err := inflateStandard(packed)
		require.NoError(t, err, "the stream is not valid")
		requireSame(t, packed)
	}
}
