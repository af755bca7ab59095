package inflate

import "encoding/binary"

const (
	// speculativeLimit is the number of bytes after which a speculation ends.
	speculativeLimit = 3 << 19
	// speculativeHeaders is the number of headers after which it ends: those that are read to find a block, which are 4
	// in 1 KiB, or up to 17 in odd data, and those of the blocks, of which a chunk of weights has 40. With searchBytes
	// it bounds the time before something is decoded to 3 ms, which is what it takes to decode a chunk, whatever the data.
	speculativeHeaders = 1024
	markedSize         = historySize + speculativeLimit + windowSlack
	// firstMarker is the symbol of the first byte of the unknown history.
	firstMarker = 1 << 8
)

// markedWindow is output whose history is not known. A symbol is a byte, or firstMarker and the index of a byte of the
// history. The first historySize symbols are the history itself.
type markedWindow [markedSize]uint16

// fastMarked is the decoder's fast loop for symbols of 16 bits, up to limit, which is at most markedSize - windowSlack.
func (d *decoder) fastMarked(w *markedWindow, limit uint) error {
	buf, n, in, out := d.buf, uint64(d.n), d.pos, d.out
	inEnd := min(d.end, inputSize) - inputSlack
	limit = min(limit, markedSize-windowSlack)
	var err error
loop:
	for in < inEnd && out < limit {
		buf |= binary.LittleEndian.Uint64(d.in[in:in+8]) << (n & 63)
		in += 7 - uint(n>>3&7)
		n |= 56

		e := d.lit[buf&(1<<litBits-1)]
		if e&isLiteral != 0 {
			buf >>= e & 63
			n -= uint64(e)
			w[out], w[out+1] = uint16(e>>8&0xff), uint16(e>>16&0xff)
			out += uint(e>>24) & 3
			e = d.lit[buf&(1<<litBits-1)]
			if e&isLiteral != 0 {
				buf >>= e & 63
				n -= uint64(e)
				w[out], w[out+1] = uint16(e>>8&0xff), uint16(e>>16&0xff)
				out += uint(e>>24) & 3
				e = d.lit[buf&(1<<litBits-1)]
				if e&isLiteral != 0 {
					buf >>= e & 63
					n -= uint64(e)
					w[out], w[out+1] = uint16(e>>8&0xff), uint16(e>>16&0xff)
					out += uint(e>>24) & 3
					continue
				}
			}
		}
		if e&isExceptional != 0 {
			if e&kindMask == kindLink {
				buf >>= litBits
				n -= litBits
				e = d.lit[uint64(e>>8&0xfff)+buf&(1<<(e>>20&15)-1)]
				if e&isLiteral != 0 {
					buf >>= e & 63
					n -= uint64(e)
					w[out] = uint16(e >> 8 & 0xff)
					out++
					continue
				}
			}
			if e&isExceptional != 0 {
				if e&kindMask != kindEnd {
					err = errSymbol
					break loop
				}
				buf >>= e & 63
				n -= uint64(e)
				d.buf, d.n, d.pos, d.out = buf&(1<<(n&63)-1), uint(n&63), in, out
				d.endBlock()
				return nil
			}
		}
		length := uint(e>>8)&0x1ff + uint(buf>>(e>>26&15))&uint(e>>17&31)
		buf >>= e & 63
		n -= uint64(e)
		buf |= binary.LittleEndian.Uint64(d.in[in:in+8]) << (n & 63)
		in += 7 - uint(n>>3&7)
		n |= 56

		de := d.dist[buf&(1<<distBits-1)]
		if de&distExceptional != 0 {
			if de&distLink == 0 {
				err = errDistCode
				break loop
			}
			buf >>= distBits
			n -= distBits
			de = d.dist[de>>32&0xffff+buf&(1<<(de>>8&15)-1)]
			if de&distExceptional != 0 {
				err = errDistCode
				break loop
			}
		}
		distance := uint(de>>32) + uint(buf>>(de>>8&15))&uint(de>>16&0xffff)
		buf >>= de & 63
		n -= de
		// The window begins with a whole history, so the distance is always within it.
		from, to, end := out-distance, out, out+length
		out = end
		if distance >= 8 {
			for ; to < end; to += 8 {
				copy(w[to:to+8], w[from:from+8])
				from += 8
			}
			continue
		}
		for ; to < end; to++ {
			w[to] = w[from]
			from++
		}
	}
	d.buf, d.n, d.pos, d.out = buf&(1<<(n&63)-1), uint(n&63), in, out
	return err
}

// symbolBytes has the byte of each symbol, given the history.
type symbolBytes [1 << 16]byte

func newSymbolBytes(history []byte) *symbolBytes {
	t := new(symbolBytes)
	for literal := range firstMarker {
		t[literal] = byte(literal)
	}
	copy(t[firstMarker:], history)
	return t
}

// resolve writes the bytes of symbols.
func (t *symbolBytes) resolve(to []byte, symbols []uint16) {
	to = to[:len(symbols)]
	for i, symbol := range symbols {
		to[i] = t[symbol]
	}
}
