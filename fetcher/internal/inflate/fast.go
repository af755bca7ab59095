package inflate

import "encoding/binary"

// A pattern of 1 to 7 bytes is repeated in a word by a multiplication. advance is the number of its bytes that are
// whole repetitions.
var (
	repeat  = [8]uint64{0, 0x0101010101010101, 0x0001000100010001, 0x0001000001000001, 1<<32 | 1, 1<<40 | 1, 1<<48 | 1, 1<<56 | 1}
	advance = [8]uint8{0, 8, 8, 6, 8, 5, 6, 7}
)

// fast decodes symbols of a compressed block while the input has inputSlack bytes and the window windowSlack.
//
// The state is kept in local variables: buf and n are those of the decoder, except that buf may contain further bits of
// the input above the n which count, and that only the lowest 8 bits of n are valid. So an entry can be subtracted from
// n as it is.
func (d *decoder) fast(w *window) error {
	buf, n, in, out := d.buf, uint64(d.n), d.pos, d.out
	inEnd := min(d.end, inputSize) - inputSlack
	var err error
loop:
	for in < inEnd && out < windowLimit {
		buf |= binary.LittleEndian.Uint64(d.in[in:in+8]) << (n & 63)
		in += 7 - uint(n>>3&7)
		n |= 56

		e := d.lit[buf&(1<<litBits-1)]
		if e&isLiteral != 0 {
			buf >>= e & 63
			n -= uint64(e)
			binary.LittleEndian.PutUint16(w[out:out+2], uint16(e>>8))
			out += uint(e>>24) & 3
			e = d.lit[buf&(1<<litBits-1)]
			if e&isLiteral != 0 {
				buf >>= e & 63
				n -= uint64(e)
				binary.LittleEndian.PutUint16(w[out:out+2], uint16(e>>8))
				out += uint(e>>24) & 3
				e = d.lit[buf&(1<<litBits-1)]
				if e&isLiteral != 0 {
					buf >>= e & 63
					n -= uint64(e)
					binary.LittleEndian.PutUint16(w[out:out+2], uint16(e>>8))
					out += uint(e>>24) & 3
					e = d.lit[buf&(1<<litBits-1)]
					if e&isLiteral != 0 {
						buf >>= e & 63
						n -= uint64(e)
						binary.LittleEndian.PutUint16(w[out:out+2], uint16(e>>8))
						out += uint(e>>24) & 3
						e = d.lit[buf&(1<<litBits-1)]
						if e&isLiteral != 0 {
							buf >>= e & 63
							n -= uint64(e)
							binary.LittleEndian.PutUint16(w[out:out+2], uint16(e>>8))
							out += uint(e>>24) & 3
						}
						continue
					}
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
					w[out] = byte(e >> 8)
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
		if distance > out-d.oldest {
			err = errTooFarBack
			break loop
		}
		from, to, end := out-distance, out, out+length
		out = end
		switch {
		case distance >= 16:
			copy(w[to:to+16], w[from:from+16])
			for to += 16; to < end; to += 16 {
				from += 16
				copy(w[to:to+16], w[from:from+16])
			}
		case distance >= 8:
			for ; to < end; to += 8 {
				copy(w[to:to+8], w[from:from+8])
				from += 8
			}
		default:
			pattern := binary.LittleEndian.Uint64(w[from:from+8]) & (1<<(8*distance&63) - 1) * repeat[distance&7]
			step := uint(advance[distance&7])
			for ; to < end; to += step {
				binary.LittleEndian.PutUint64(w[to:to+8], pattern)
			}
		}
	}
	d.buf, d.n, d.pos, d.out = buf&(1<<(n&63)-1), uint(n&63), in, out
	return err
}
