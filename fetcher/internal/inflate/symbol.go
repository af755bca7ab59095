package inflate

// symbol decodes one literal, pair of literals, match or end of a block. It is for the end of the input: it needs no
// more bits than the symbol has, and reads more input only if they are not there.
func (d *decoder) symbol(w *window) error {
	d.topUp()
	for {
		done, err := d.trySymbol(w)
		if done || err != nil {
			return err
		}
		if !d.fill() {
			return d.endError()
		}
		d.topUp()
	}
}

// trySymbol returns false, and changes nothing, if the bit buffer has less bits than the symbol.
func (d *decoder) trySymbol(w *window) (bool, error) {
	buf, n := d.buf, d.n
	e := d.lit[buf&(1<<litBits-1)]
	if e&isExceptional != 0 && e&kindMask == kindLink {
		buf >>= litBits
		if n < litBits {
			return false, nil
		}
		n -= litBits
		e = d.lit[e>>8&0xfff+uint32(buf)&(1<<(e>>20&15)-1)]
	}
	used := uint(e & 0xff)
	if used > n {
		return false, nil
	}
	saved := buf
	buf >>= used
	n -= used
	switch {
	case e&isLiteral != 0:
		w[d.out], w[d.out+1] = byte(e>>8), byte(e>>16)
		d.out += uint(e>>24) & 3
		d.buf, d.n = buf, n
		return true, nil
	case e&isExceptional != 0:
		if e&kindMask != kindEnd {
			return false, errSymbol
		}
		d.buf, d.n = buf, n
		d.endBlock()
		return true, nil
	}
	length := uint(e>>8)&0x1ff + uint(saved>>(e>>26&15))&uint(e>>17&31)
	de := d.dist[buf&(1<<distBits-1)]
	if de&distExceptional != 0 && de&distLink != 0 {
		buf >>= distBits
		if n < distBits {
			return false, nil
		}
		n -= distBits
		de = d.dist[de>>32&0xffff+buf&(1<<(de>>8&15)-1)]
	}
	used = uint(de & 0xff)
	if used > n {
		return false, nil
	}
	if de&distExceptional != 0 {
		return false, errDistCode
	}
	distance := uint(de>>32) + uint(buf>>(de>>8&15))&uint(de>>16&0xffff)
	if distance > d.out-d.oldest {
		return false, errTooFarBack
	}
	d.buf, d.n = buf>>used, n-used
	for range length {
		w[d.out] = w[d.out-distance]
		d.out++
	}
	return true, nil
}
