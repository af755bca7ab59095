package inflate

import "math/bits"

// bitWriter writes a DEFLATE stream: numbers with the lowest bit first, and codes with the highest bit first.
type bitWriter struct {
	bytes []byte
	n     int
}

func (w *bitWriter) number(value uint, width int) *bitWriter {
	for i := range width {
		if w.n%8 == 0 {
			w.bytes = append(w.bytes, 0)
		}
		w.bytes[w.n/8] |= byte(value>>i&1) << (w.n % 8)
		w.n++
	}
	return w
}

func (w *bitWriter) code(value uint, width int) *bitWriter {
	return w.number(uint(bits.Reverse16(uint16(value))>>(16-width)), width)
}

func (w *bitWriter) align() *bitWriter {
	w.n = len(w.bytes) * 8
	return w
}

// Headers of blocks.
func (w *bitWriter) stored(final uint, length, complement uint, content ...byte) *bitWriter {
	w.number(final, 1).number(0, 2).align().number(length, 16).number(complement, 16)
	w.bytes = append(w.bytes, content...)
	return w.align()
}

func (w *bitWriter) fixed(final uint) *bitWriter { return w.number(final, 1).number(1, 2) }

// fixedSymbol writes a symbol of the fixed code of https://datatracker.ietf.org/doc/html/rfc1951#section-3.2.6.
func (w *bitWriter) fixedSymbol(symbol uint) *bitWriter {
	switch {
	case symbol < 144:
		return w.code(0x30+symbol, 8)
	case symbol < 256:
		return w.code(0x190+symbol-144, 9)
	case symbol < 280:
		return w.code(symbol-256, 7)
	default:
		return w.code(0xc0+symbol-280, 8)
	}
}

// dynamic writes the header of a dynamic block up to the lengths of the code of code lengths, in the order of the
// format.
func (w *bitWriter) dynamic(final, literals, distances uint, lengths ...uint) *bitWriter {
	w.number(final, 1).number(2, 2).number(literals-257, 5).number(distances-1, 5).number(uint(len(lengths)-4), 4)
	for _, length := range lengths {
		w.number(length, 3)
	}
	return w
}

// plainLengths are those of a code of code lengths in which the lengths 0 to 15 have 4 bits: the code is the length.
func (w *bitWriter) plainDynamic(final uint, literals, distances []uint8) *bitWriter {
	lengths := make([]uint, 19)
	for i, symbol := range lengthOrder {
		if symbol < 16 {
			lengths[i] = 4
		}
	}
	w.dynamic(final, uint(len(literals)), uint(len(distances)), lengths...)
	for _, list := range [][]uint8{literals, distances} {
		for _, length := range list {
			w.code(uint(length), 4)
		}
	}
	return w
}

// canonical returns the codes of https://datatracker.ietf.org/doc/html/rfc1951#section-3.2.2.
func canonical(lengths []uint8) []uint {
	var count, next [17]uint
	for _, length := range lengths {
		count[length]++
	}
	count[0] = 0
	for length := 1; length <= 15; length++ {
		next[length+1] = (next[length] + count[length]) << 1
	}
	codes := make([]uint, len(lengths))
	for symbol, length := range lengths {
		if length > 0 {
			codes[symbol] = next[length]
			next[length]++
		}
	}
	return codes
}
