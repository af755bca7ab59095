package inflate

// lengthOrder is the order of the code lengths of the code of code lengths.
// https://datatracker.ietf.org/doc/html/rfc1951#section-3.2.7
var lengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// blockHeader reads the header of a block and builds its tables.
func (d *decoder) blockHeader() error {
	header, err := d.take(3)
	if err != nil {
		return err
	}
	d.final = header&1 == 1
	switch header >> 1 {
	case 0:
		return d.storedHeader()
	case 1:
		d.fixedTables()
	case 2:
		d.fixed = false
		if err := d.dynamicTables(); err != nil {
			return err
		}
	default:
		return errBlockType
	}
	d.block, d.afterStored = inCompressed, false
	return nil
}

func (d *decoder) storedHeader() error {
	d.align()
	lengths, err := d.take(32)
	if err != nil {
		return err
	}
	if lengths&0xffff != lengths>>16^0xffff {
		return errStored
	}
	d.align()
	d.block, d.stored = inStored, lengths&0xffff
	return nil
}

// fixedTables builds the tables of https://datatracker.ietf.org/doc/html/rfc1951#section-3.2.6.
func (d *decoder) fixedTables() {
	if d.fixed {
		return
	}
	var lengths [288]uint8
	for symbol := range lengths {
		switch {
		case symbol < 144, symbol >= 280:
			lengths[symbol] = 8
		case symbol < 256:
			lengths[symbol] = 9
		default:
			lengths[symbol] = 7
		}
	}
	d.buildLit(lengths[:])
	for symbol := range 32 {
		lengths[symbol] = 5
	}
	d.buildDist(lengths[:32])
	d.fixed = true
}

// dynamicTables reads code lengths and builds the tables. Like zlib and compress/flate, it refuses more than 286 and 30
// codes, and repetitions beyond the last one.
func (d *decoder) dynamicTables() error {
	counts, err := d.take(14)
	if err != nil {
		return err
	}
	literals, distances, explicit := 257+counts&31, 1+counts>>5&31, 4+counts>>10
	if literals > maxLitLen || distances > maxDist {
		return errCounts
	}
	var pre [19]uint8
	for _, symbol := range lengthOrder[:explicit] {
		length, err := d.take(3)
		if err != nil {
			return err
		}
		pre[symbol] = uint8(length)
	}
	if !d.code.sort(pre[:]) {
		return errLengths
	}
	fill(d.pre[:], preBits, &d.code, preSymbols[:], 1, invalidPre, nil)
	if err := d.codeLengths(literals + distances); err != nil {
		return err
	}
	if d.lengths[endOfBlock] == 0 {
		return errNoEnd
	}
	// The large table last, as most of what only looks like a header has one code that is not complete.
	if !d.buildDist(d.lengths[literals:literals+distances]) || !d.buildLit(d.lengths[:literals]) {
		return errLengths
	}
	return nil
}

// invalidPre is the entry of the unused half of a code with one symbol.
const invalidPre = 1<<16 | preBits

// codeLengths reads total code lengths.
func (d *decoder) codeLengths(total uint) error {
	const most = preBits + 7
	buf, n := d.buf, d.n
	for i := uint(0); i < total; {
		if n < most {
			d.buf, d.n = buf, n
			d.want(most)
			buf, n = d.buf, d.n
		}
		entry := d.pre[buf&(1<<preBits-1)]
		used := uint(entry & 0xff)
		symbol := entry >> 8
		if symbol < 16 {
			if used > n {
				return d.endError()
			}
			buf >>= used & 63
			n -= used
			d.lengths[i] = uint8(symbol)
			i++
			continue
		}
		var length uint8
		repeat, extra := uint(11), uint(7)
		switch symbol {
		case 16:
			if i > 0 {
				length = d.lengths[i-1]
			}
			repeat, extra = 3, 2
		case 17:
			repeat, extra = 3, 3
		}
		if used+extra > n {
			return d.endError()
		}
		repeat += uint(buf>>used) & (1<<extra - 1)
		if symbol == 16 && i == 0 || entry == invalidPre || i+repeat > total {
			return errLengths
		}
		buf >>= (used + extra) & 63
		n -= used + extra
		for end := i + repeat; i < end; i++ {
			d.lengths[i] = length
		}
	}
	d.buf, d.n = buf, n
	return nil
}
