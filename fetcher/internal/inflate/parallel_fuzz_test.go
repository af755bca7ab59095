package inflate

import (
	"encoding/binary"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// gzipTrailer returns the checksum and the length of a member.
func gzipTrailer(parts ...[]byte) []byte {
	content := slices.Concat(parts...)
	trailer := binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(content))
	return binary.LittleEndian.AppendUint32(trailer, uint32(len(content)))
}

// FuzzParallel compares the two ways to decode a file of several members, with blocks of random codes, of which bits
// may be flipped.
func FuzzParallel(f *testing.F) {
	for mode := range uint8(16) {
		f.Add(mode, uint64(mode), text(3000))
	}
	header, start := compress(f, 0, nil)[:headerSize], deflate(f, 6, slices.Concat(make([]byte, 100_000), weights(20_000)))
	f.Fuzz(func(t *testing.T, mode uint8, seed uint64, input []byte) {
		r := rand.New(rand.NewPCG(seed, 0))
		length, vain := chunkLength, vainChunks
		defer func() { chunkLength, waitForChunks, vainChunks = length, false, vain }()
		waitForChunks = true
		chunkLength = 200 << r.IntN(7)
		if r.IntN(4) > 0 {
			vainChunks = math.MaxInt64
		}
		var tail []byte
		switch mode % 4 {
		case 0:
			tail = input
		case 1:
			tail = deflate(t, int(seed%12)-2, slices.Concat(input, weights(r.IntN(60_000)), input))
		default:
			tail = randomStream(r, 1+r.IntN(20), mode%4 == 3)
		}
		// The first member ends a window, so that the second is decoded on several cores from its beginning.
		content, _, err := inflateStandard(tail)
		packed := slices.Concat(header, start, gzipTrailer(make([]byte, 100_000), weights(20_000)), header, tail)
		if err == nil {
			packed = append(packed, gzipTrailer(content)...)
		}
		if mode&4 != 0 {
			for range 1 + r.IntN(4) {
				packed[r.IntN(len(packed))] ^= 1 << r.IntN(8)
			}
		}
		if mode&8 != 0 {
			packed = append(packed, packed...)
		}
		requireSameInParallel(t, packed)
	})
}
