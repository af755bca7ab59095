package inflate

import "encoding/binary"

const (
	// countBits are the bits of a block's header up to its two counts of codes, and headBits those up to the lengths of
	// the code of code lengths.
	countBits = 13
	headBits  = 17
	// headBytes is what findBlock reads, from the byte that the header begins in.
	headBytes = 18

	// searchBytes is how many bytes of a chunk are searched for a block. One of zlib or gzip seldom has more than 60 kB.
	searchBytes = 128 << 10
)

// findBlock returns the first bit at or after from, and before end, at which a dynamic block that is not the last one
// may begin, judged by the first 74 bits: the counts are valid, and the code of code lengths is complete. It returns
// end if there is none. The last headBytes of data are not searched.
func findBlock(data []byte, from, end uint) uint {
	if uint(len(data)) < headBytes {
		return end
	}
	for end := min(end, 8*(uint(len(data))-headBytes)); from < end; {
		bits := binary.LittleEndian.Uint64(data[from/8:]) >> (from % 8)
		skip := skips[bits&(1<<countBits-1)]
		if skip > 0 {
			from += uint(skip)
			continue
		}
		at, shift := (from+headBits)/8, (from+headBits)%8
		lengths := binary.LittleEndian.Uint64(data[at:])>>shift | uint64(data[at+8])<<1<<(63-shift)
		lengths &= 1<<(3*(4+bits>>countBits&15)) - 1
		used := uint16(0)
		for ; lengths != 0; lengths >>= 12 {
			used += codeSpaces[lengths&0xfff]
		}
		if used == 1<<preBits {
			return from
		}
		from++
	}
	return end
}

// skips has the number of bits, for each 13 bits, until the first at which a dynamic block may begin that is not the
// last one, as far as these bits say.
var skips = func() (skips [1 << countBits]uint8) {
	for bits := range uint(len(skips)) {
		for ; skips[bits] < countBits; skips[bits]++ {
			rest := bits >> skips[bits]
			known := uint(countBits - skips[bits])
			header := rest&7 == 4 || known < 3 && rest == 4&(1<<known-1)
			literals := known < 8 || rest>>3&31 <= maxLitLen-257
			distances := known < countBits || rest>>8&31 < maxDist
			if header && literals && distances {
				break
			}
		}
	}
	return skips
}()

// codeSpaces has the part of the code space that four code lengths of 3 bits use, in units of 1 of 128.
var codeSpaces = func() (spaces [1 << 12]uint16) {
	for lengths := range spaces {
		for shift := 0; shift < 12; shift += 3 {
			if length := lengths >> shift & 7; length != 0 {
				spaces[lengths] += 1 << preBits >> length
			}
		}
	}
	return spaces
}()
