package inflate

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// repeated returns a list of n equal lengths.
func repeated(length uint8, n int) []uint8 { return bytes.Repeat([]byte{length}, n) }

// lengthsOf returns a list of n lengths that are 0 but for the given symbols.
func lengthsOf(n int, lengths map[int]uint8) []uint8 {
	list := make([]uint8, n)
	for symbol, length := range lengths {
		list[symbol] = length
	}
	return list
}

// There is a case for each error of the decoder, and for each message that test/infcover.c of zlib causes
// (https://github.com/madler/zlib/blob/develop/test/infcover.c).
func TestDecoder_corruptData(t *testing.T) {
	stream := func() *bitWriter { return new(bitWriter) }
	// endOnly has the code 0 for the end of a block.
	endOnly := lengthsOf(257, map[int]uint8{endOfBlock: 1})
	// literalOrMatch has the codes 0: 'a', 10: end, 11: length 3.
	literalOrMatch := lengthsOf(258, map[int]uint8{'a': 1, endOfBlock: 2, 257: 2})
	inParallel(t, 8<<10)
	valid := deflateOpen(t, weights(300_000))
	for _, test := range []struct {
		name   string
		packed *bitWriter
		want   error
	}{
		{"reserved block type", stream().number(1, 1).number(3, 2), errBlockType},
		{"stored length and complement differ", stream().stored(1, 3, 3, 'a', 'b', 'c'), errStored},
		{"stored length and complement are equal", stream().stored(1, 0, 0), errStored},
		{"287 literal codes", stream().dynamic(1, 287, 1, 0, 0, 0, 0).number(0, 32), errCounts},
		{"288 literal codes", stream().dynamic(1, 288, 30, 0, 0, 0, 0).number(0, 32), errCounts},
		{"31 distance codes", stream().dynamic(1, 286, 31, 0, 0, 0, 0).number(0, 32), errCounts},
		{"over-subscribed code of code lengths", stream().dynamic(1, 257, 1, 1, 1, 1, 0).number(0, 32), errLengths},
		{"over-subscribed code of code lengths, all of 1 bit", stream().dynamic(1, 257, 1, 1, 1, 1, 1, 1, 1, 1), errLengths},
		{"incomplete code of code lengths", stream().dynamic(1, 257, 1, 2, 2, 2, 0).number(0, 32), errLengths},
		{"incomplete code of code lengths, 7 bits", stream().dynamic(1, 257, 1, 7, 0, 0, 0).number(0, 32), errLengths},
		{"no code length", stream().dynamic(1, 257, 1, 0, 0, 0, 0).number(0, 32), errLengths},
		{"unused code of code lengths", stream().dynamic(1, 257, 1, 0, 0, 1, 0).number(1, 32), errLengths},
		{"repetition of no length", stream().dynamic(1, 257, 1, 1, 0, 1, 0).code(0, 1).number(0, 32), errLengths},
		{"repetition of a length beyond the last",
			stream().dynamic(1, 257, 1, 2, 0, 2, 0, 1).code(0, 1).code(3, 2).number(127, 7).code(3, 2).number(116, 7).
				code(2, 2).number(3, 2).number(0, 32), errLengths},
		{"repetition of zero beyond the last", stream().dynamic(1, 257, 1, 0, 0, 1, 0).code(0, 1).number(127, 7).
			code(0, 1).number(127, 7).number(0, 32), errLengths},
		{"no code for the end of a block", stream().plainDynamic(1, append(repeated(8, 256), 0), []uint8{1}), errNoEnd},
		{"over-subscribed literal code", stream().plainDynamic(1, repeated(8, 257), []uint8{1}).number(0, 32), errLengths},
		{"over-subscribed literal code of 1 bit", stream().plainDynamic(1, repeated(1, 286), []uint8{1}).number(0, 32), errLengths},
		{"incomplete literal code", stream().plainDynamic(1, lengthsOf(257, map[int]uint8{'a': 2, endOfBlock: 2}), []uint8{1}).
			number(0, 32), errLengths},
		{"incomplete literal code of one symbol", stream().plainDynamic(1, lengthsOf(257, map[int]uint8{endOfBlock: 2}), []uint8{1}).number(0, 32), errLengths},
		{"incomplete literal code of 15 bits", stream().plainDynamic(1, repeated(15, 286), []uint8{1}).number(0, 32), errLengths},
		{"over-subscribed distance code", stream().plainDynamic(1, endOnly, repeated(1, 3)).number(0, 32), errLengths},
		{"incomplete distance code", stream().plainDynamic(1, endOnly, repeated(2, 3)).number(0, 32), errLengths},
		{"incomplete distance code of one symbol", stream().plainDynamic(1, endOnly, []uint8{3}).number(0, 32), errLengths},
		{"unused literal code", stream().plainDynamic(1, endOnly, []uint8{1}).code(1, 1).number(0, 64), errSymbol},
		{"no distance code", stream().plainDynamic(1, literalOrMatch, []uint8{0}).code(0, 1).code(3, 2).number(0, 64), errDistCode},
		{"unused distance code", stream().plainDynamic(1, literalOrMatch, []uint8{1}).code(0, 1).code(3, 2).code(1, 1).number(0, 64), errDistCode},
		{"literal symbol 286", stream().fixed(1).fixedSymbol(286).number(0, 64), errSymbol},
		{"literal symbol 287", stream().fixed(1).fixedSymbol(287).number(0, 64), errSymbol},
		{"distance symbol 30", stream().fixed(1).fixedSymbol('a').fixedSymbol(257).code(30, 5).number(0, 64), errDistCode},
		{"distance symbol 31", stream().fixed(1).fixedSymbol('a').fixedSymbol(257).code(31, 5).number(0, 64), errDistCode},
		{"match at the beginning", stream().fixed(1).fixedSymbol(257).code(0, 5).number(0, 64), errTooFarBack},
		{"distance 2 after one byte", stream().fixed(1).fixedSymbol('a').fixedSymbol(257).code(1, 5).number(0, 64), errTooFarBack},
		{"distance 32768 after a stored byte", stream().stored(0, 1, 0xfffe, 'a').fixed(1).fixedSymbol(257).code(29, 5).
			number(1<<13-1, 13).number(0, 64), errTooFarBack},
		{"empty", stream(), io.ErrUnexpectedEOF},
		{"no block after one that is not the last", stream().stored(0, 0, 0xffff), io.ErrUnexpectedEOF},
		{"stored block without length", stream().number(1, 3), io.ErrUnexpectedEOF},
		{"stored block without half of its content", stream().stored(1, 4, 0xfffb, 'a', 'b'), io.ErrUnexpectedEOF},
		{"no end of a block", stream().fixed(1).fixedSymbol('a'), io.ErrUnexpectedEOF},
		{"no distance", stream().fixed(1).fixedSymbol('a').fixedSymbol(257), io.ErrUnexpectedEOF},
		{"half of the counts", stream().number(1, 1).number(2, 2).number(0, 5), io.ErrUnexpectedEOF},
		{"half of the lengths", stream().dynamic(1, 257, 1, 1, 0, 1, 0).code(1, 1), io.ErrUnexpectedEOF},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := inflateRaw(bytes.NewReader(test.packed.bytes))
			require.ErrorIs(t, err, test.want)
			requireSame(t, test.packed.bytes)
			// With valid data before it and zeros after it, so that the fast loop meets the same.
			packed := slices.Concat(new(bitWriter).stored(0, 5, 0xfffa, []byte("valid")...).bytes, test.packed.bytes)
			if errors.Is(test.want, errTooFarBack) {
				packed = bytes.Clone(test.packed.bytes)
			}
			if !errors.Is(test.want, io.ErrUnexpectedEOF) {
				packed = append(packed, make([]byte, 100)...)
			}
			_, _, err = inflateRaw(bytes.NewReader(packed))
			require.ErrorIs(t, err, test.want)
			requireSame(t, packed)
			// After enough data for several cores, in blocks of which the last one is not marked as such.
			if !errors.Is(test.want, errTooFarBack) {
				several := slices.Concat(compress(t, 0, nil)[:headerSize], valid, packed)
				got := readWith(true, bytes.NewReader(several))
				require.ErrorIs(t, got.err, test.want)
				require.Positive(t, got.adopted)
				requireSameInParallel(t, several)
			}
		})
	}
}

func TestDecoder_unusualData(t *testing.T) {
	stream := func() *bitWriter { return new(bitWriter) }
	for _, test := range []struct {
		name   string
		packed *bitWriter
		want   string
	}{
		{"empty stored block", stream().stored(1, 0, 0xffff), ""},
		{"empty fixed block", stream().fixed(1).fixedSymbol(endOfBlock), ""},
		{"many empty blocks", stream().fixed(0).fixedSymbol(endOfBlock).fixed(0).fixedSymbol(endOfBlock).
			stored(0, 0, 0xffff).stored(1, 1, 0xfffe, 'a'), "a"},
		{"only the end has a code", stream().plainDynamic(1, lengthsOf(257, map[int]uint8{endOfBlock: 1}), []uint8{0}).code(0, 1), ""},
		{"one distance code", stream().plainDynamic(1, lengthsOf(258, map[int]uint8{'a': 1, endOfBlock: 2, 257: 2}), []uint8{1}).
			code(0, 1).code(3, 2).code(0, 1).code(2, 2), "aaaa"},
		{"length 258 by its own symbol and by symbol 284", stream().fixed(1).fixedSymbol('a').fixedSymbol(285).code(0, 5).
			fixedSymbol(284).number(31, 5).code(0, 5).fixedSymbol(endOfBlock), string(bytes.Repeat([]byte("a"), 517))},
		{"no bit after the end", stream().stored(0, 1, 0xfffe, 'x').fixed(1).fixedSymbol(endOfBlock), "x"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, rest := range []string{"", "r", "the rest, longer than the bit buffer and the fast loop's slack"} {
				packed := append(bytes.Clone(test.packed.bytes), rest...)
				content, after, err := inflateRaw(bytes.NewReader(packed))
				require.NoError(t, err)
				require.Equal(t, test.want, string(content))
				require.Equal(t, rest, string(after))
				requireSame(t, packed)
			}
		})
	}
}

func TestDecoder_truncated(t *testing.T) {
	for _, s := range samples(600) {
		for _, level := range []int{0, 1, 9, -2} {
			packed := deflate(t, level, s.content)
			for end := range packed {
				content, _, err := inflateRaw(bytes.NewReader(packed[:end]))
				require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s, level %d, %d bytes", s.name, level, end)
				require.True(t, bytes.HasPrefix(s.content, content))
			}
		}
	}
}
