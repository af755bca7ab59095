package inflate

import "math/bits"

const (
	// litBits and distBits are the widths of the first-level tables. Longer codes have a second lookup.
	litBits  = 11
	distBits = 8
	// litTableSize and distTableSize suffice for any complete code of 288 and 32 symbols with at most 15 bits and its
	// second-level tables: LITLEN_ENOUGH and OFFSET_ENOUGH of libdeflate, which zlib's examples/enough.c computes.
	litTableSize  = 2342
	distTableSize = 402
	// preBits is the width of the table for the code of code lengths, which has no second level.
	preBits = 7

	maxCodeBits = 15
	endOfBlock  = 256
	maxLitLen   = 286
	maxDist     = 30
)

// A litEntry says what to do with the next bits. All kinds have the number of bits to consume in bits 0 to 7.
//
//	literals     bit 31, bits 8 to 23 the one or two bytes, bits 24 and 25 their number
//	length       bits 8 to 16 the base, 17 to 21 the mask of the extra bits, 26 to 29 the bits of the code before them
//	exceptional  bit 30, bits 24 and 25 the kind; a link has the table's index in bits 8 to 19, and its width in 20 to 23
type litEntry = uint32

const (
	isLiteral     litEntry = 1 << 31
	isExceptional litEntry = 1 << 30
	kindMask      litEntry = 3 << 24
	kindInvalid   litEntry = 0 << 24
	kindEnd       litEntry = 1 << 24
	kindLink      litEntry = 2 << 24

	oneLiteral  = isLiteral | 1<<24
	twoLiterals = isLiteral | 2<<24
	// invalidLit consumes so many bits that a code which only lacks input is not taken for an invalid one.
	invalidLit = isExceptional | kindInvalid | maxCodeBits
	litStep    = 1<<26 | 1
)

// A distEntry has the number of bits to consume in bits 0 to 7, that without extra bits in 8 to 15, the mask of the
// extra bits in 16 to 31, and the base in 32 to 47. An exceptional one, with bit 63, is invalid, or a link, with the
// table's width in bits 8 to 15 and its index in bits 32 to 47.
type distEntry = uint64

const (
	distExceptional distEntry = 1 << 63
	distLink        distEntry = 1 << 62
	invalidDist               = distExceptional | maxCodeBits
	distStep                  = 1<<8 | 1
)

// litSymbols and distSymbols are the entries of the symbols without the length of their code, of which each bit adds
// litStep or distStep.
var (
	litSymbols  = makeLitSymbols()
	distSymbols = makeDistSymbols()
	preSymbols  = makePreSymbols()
)

// makeLitSymbols: https://datatracker.ietf.org/doc/html/rfc1951#section-3.2.5
func makeLitSymbols() (symbols [288]litEntry) {
	for literal := range endOfBlock {
		symbols[literal] = oneLiteral | litEntry(literal)<<8
	}
	symbols[endOfBlock] = isExceptional | kindEnd
	base := litEntry(3)
	for symbol := 257; symbol < 285; symbol++ {
		extra := max(symbol-261, 0) / 4
		symbols[symbol] = base<<8 | (1<<extra-1)<<17 | litEntry(extra)
		base += 1 << extra
	}
	symbols[285] = 258 << 8
	symbols[286], symbols[287] = isExceptional|kindInvalid, isExceptional|kindInvalid
	return symbols
}

func makeDistSymbols() (symbols [32]distEntry) {
	base := distEntry(1)
	for symbol := range maxDist {
		extra := max(symbol-2, 0) / 2
		symbols[symbol] = base<<32 | (1<<extra-1)<<16 | distEntry(extra)
		base += 1 << extra
	}
	symbols[30], symbols[31] = distExceptional, distExceptional
	return symbols
}

func makePreSymbols() (symbols [19]uint32) {
	for symbol := range symbols {
		symbols[symbol] = uint32(symbol) << 8
	}
	return symbols
}

// code holds the symbols of a Huffman code ordered by length, then by value.
type code struct {
	count  [maxCodeBits + 1]uint16
	first  [maxCodeBits + 2]uint16
	sorted [288]uint16
	// bits are the codes, the first bit lowest, of the sorted symbols that a first-level table contains.
	bits [288]uint16
}

// sort counts and orders the symbols, and reports whether the code may be used: whether it is complete, or has no
// symbol, or one whose length is 1. These exceptions are those of compress/flate. They fail where an unused code
// occurs.
func (c *code) sort(lengths []uint8) bool {
	c.count = [maxCodeBits + 1]uint16{}
	// Two counters of each length, as neighbours often have the same one: its increments wait for one another.
	var odd [maxCodeBits + 1]uint16
	for i := 1; i < len(lengths); i += 2 {
		c.count[lengths[i-1]&maxCodeBits]++
		odd[lengths[i]&maxCodeBits]++
	}
	if len(lengths)%2 == 1 {
		c.count[lengths[len(lengths)-1]&maxCodeBits]++
	}
	for length := range odd {
		c.count[length] += odd[length]
	}
	used, position := 0, uint16(0)
	c.count[0] = 0
	var next [maxCodeBits + 1]uint16
	for length := 1; length <= maxCodeBits; length++ {
		c.first[length], next[length] = position, position
		position += c.count[length]
		used = used<<1 + int(c.count[length])
	}
	c.first[maxCodeBits+1] = position
	for symbol, length := range lengths {
		if length != 0 {
			c.sorted[next[length&maxCodeBits]] = uint16(symbol)
			next[length&maxCodeBits]++
		}
	}
	return used == 1<<maxCodeBits || position == 0 || position == 1 && c.count[1] == 1
}

// following returns the code after that of the given length, both with their first bit lowest, and false after the
// last.
func following(bitsReversed uint, length int) (uint, bool) {
	zeros := bitsReversed ^ (1<<length - 1)
	if zeros == 0 {
		return 0, false
	}
	top := uint(1) << (bits.Len(zeros) - 1)
	return bitsReversed&(top-1) | top, true
}

// fill fills a table of the given width, and returns the code and length at which the second level begins. While the
// codes of a length are entered, the table has one entry for each; then it is doubled, as in libdeflate's
// build_decode_table. pair is called after the codes of each length, and may be nil.
func fill[E uint32 | uint64](table []E, width int, c *code, symbols []E, step, invalid E, pair func(length int)) (
	next uint, length int, more bool) {
	table[0] = invalid
	size, next, more := 1, uint(0), true
	for length = 1; length <= width; length++ {
		copy(table[size:2*size], table[:size])
		size *= 2
		for i := c.first[length]; i < c.first[length+1]; i++ {
			c.bits[i] = uint16(next)
			table[next] = symbols[c.sorted[i]] + step*E(length)
			next, more = following(next, length)
		}
		if pair != nil {
			pair(length)
		}
	}
	return next, length, more && int(c.first[length]) < int(c.first[maxCodeBits+1])
}

// link fills the second-level tables. newLink returns an entry of the first level.
func link[E uint32 | uint64](table []E, width int, c *code, symbols []E, step E, next uint, length int,
	newLink func(index, width int) E) {
	end, start, prefix := 1<<width, 0, ^uint(0)
	remaining := int(c.count[length])
	for i := c.first[length]; ; i++ {
		for remaining == 0 {
			length++
			remaining = int(c.count[length])
		}
		if low := next & (1<<width - 1); low != prefix {
			prefix, start = low, end
			subWidth := length - width
			// Wide enough for the longest code with this prefix. The code is complete, so this ends.
			for space := remaining; space < 1<<subWidth; {
				subWidth++
				space = space<<1 + int(c.count[width+subWidth])
			}
			end = start + 1<<subWidth
			table[prefix] = newLink(start, subWidth)
		}
		entry := symbols[c.sorted[i]] + step*E(length-width)
		for j := start + int(next>>width); j < end; j += 1 << (length - width) {
			table[j] = entry
		}
		remaining--
		var more bool
		if next, more = following(next, length); !more {
			return
		}
	}
}

// buildLit builds the table of literals and lengths.
func (d *decoder) buildLit(lengths []uint8) bool {
	c := &d.code
	if !c.sort(lengths) {
		return false
	}
	// literals is the end of the literals of each length in c.sorted: they are before the other symbols.
	var literals [litBits + 1]uint16
	shortest := 1
	for length := 1; length <= litBits; length++ {
		end := c.first[length+1]
		for end > c.first[length] && c.sorted[end-1] >= endOfBlock {
			end--
		}
		literals[length] = end
		if shortest == length && end == c.first[length] {
			shortest++
		}
	}
	next, length, more := fill(d.lit[:], litBits, c, litSymbols[:], litStep, invalidLit, func(length int) {
		for a := shortest; a <= length-shortest; a++ {
			b := length - a
			for i := c.first[a]; i < literals[a]; i++ {
				head := uint32(c.sorted[i])<<8 | twoLiterals | uint32(length)
				for j := c.first[b]; j < literals[b]; j++ {
					d.lit[uint(c.bits[i])|uint(c.bits[j])<<a&(1<<litBits-1)] = head | uint32(c.sorted[j])<<16
				}
			}
		}
	})
	if more {
		link(d.lit[:], litBits, c, litSymbols[:], litStep, next, length, func(index, width int) litEntry {
			return isExceptional | kindLink | litEntry(index)<<8 | litEntry(width)<<20 | litBits
		})
	}
	return true
}

// buildDist builds the table of distances.
func (d *decoder) buildDist(lengths []uint8) bool {
	c := &d.code
	if !c.sort(lengths) {
		return false
	}
	next, length, more := fill(d.dist[:], distBits, c, distSymbols[:], distStep, invalidDist, nil)
	if more {
		link(d.dist[:], distBits, c, distSymbols[:], distStep, next, length, func(index, width int) distEntry {
			return distExceptional | distLink | distEntry(index)<<32 | distEntry(width)<<8 | distBits
		})
	}
	return true
}
