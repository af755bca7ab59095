package inflate

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

const (
	historySize = 32 << 10
	windowSize  = 128 << 10
	// windowSlack is more than what an iteration of the fast loop may write: 5 pairs of literals, or 3 pairs and a match
	// of 258 bytes in words of 16, which are 278 bytes.
	windowSlack = 320
	windowLimit = windowSize - windowSlack

	// inputSize is a little above that of the buffered readers which are the usual source, so that they read directly.
	inputSize = 64<<10 + 64
	// inputSlack is more than what an iteration of the fast loop may read: two refills of 8 bytes, of which the first
	// advances by at most 7.
	inputSlack = 32
	// headerRead is what is read for the header of a block after a stored one.
	headerRead = 512
	// kept is the number of consumed bytes that stay before the input: those in the bit buffer may be returned to it.
	kept = 8
)

// ErrCorrupt is the error of data that no compressor writes.
var ErrCorrupt = errors.New("inflate: corrupt data")

func corrupt(reason string) error { return fmt.Errorf("%w: %s", ErrCorrupt, reason) }

var (
	errBlockType  = corrupt("reserved block type")
	errStored     = corrupt("length of a stored block does not match its complement")
	errCounts     = corrupt("too many length or distance codes")
	errLengths    = corrupt("invalid code lengths")
	errNoEnd      = corrupt("no code for the end of a block")
	errSymbol     = corrupt("invalid literal or length code")
	errDistCode   = corrupt("invalid distance code")
	errTooFarBack = corrupt("distance before the beginning")
)

// window is an output buffer. Its first historySize bytes are what was decoded before it.
type window [windowSize]byte

// decoder decodes one stream after the other from the same source.
type decoder struct {
	src io.Reader
	// in[pos:end] is input that was not consumed. srcErr is the error that follows it.
	in       [inputSize]byte
	pos, end uint
	srcErr   error
	// bytesRead is what was read from the source.
	bytesRead uint64
	// stopped ends reading of the source. The Reader sets it while the decoder runs in its goroutine.
	stopped atomic.Bool
	// buf holds the next n bits, the first lowest.
	buf uint64
	n   uint

	lit  [litTableSize]litEntry
	dist [distTableSize]distEntry
	// fixed is true if the tables are those of the fixed code.
	fixed bool

	block block
	final bool
	// stored is the number of bytes of a stored block that were not copied yet.
	stored uint
	// afterStored is true after a stored block: another one follows, probably. So little is read into the input.
	afterStored bool

	// atBlock is called before the header of each block, if it is not nil. decode returns if it is true.
	atBlock func() bool

	// oldest is the index of the oldest byte in the window, and out that of the next one to write.
	oldest, out uint

	code    code
	lengths [maxLitLen + maxDist + 138]uint8
	pre     [1 << preBits]uint32
}

// block is what the decoder is in.
type block int

const (
	betweenBlocks block = iota
	inStored
	inCompressed
	atEnd
)

// fill reads more input, if there is any: at least one byte.
func (d *decoder) fill() bool {
	if d.pos > kept {
		from := d.pos - kept
		copy(d.in[:], d.in[from:d.end])
		d.pos, d.end = kept, d.end-from
	}
	free := d.in[d.end:]
	if d.afterStored {
		free = free[:min(len(free), headerRead)]
	}
	n := d.readSource(free)
	d.end += uint(n)
	return n > 0
}

// readSource reads at least one byte, unless the source ends, and then keeps its error.
func (d *decoder) readSource(p []byte) (n int) {
	for range 100 {
		if d.stopped.Load() {
			d.srcErr = io.ErrClosedPipe
		}
		if d.srcErr != nil {
			return 0
		}
		if n, d.srcErr = d.src.Read(p); n > 0 {
			d.bytesRead += uint64(n)
			return n
		}
	}
	d.srcErr = io.ErrNoProgress
	return 0
}

// endError returns the error of a source that ended too early.
func (d *decoder) endError() error {
	if d.srcErr == nil || errors.Is(d.srcErr, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return d.srcErr
}

// topUp moves what is there of the input to the bit buffer, so that it has 56 to 63 bits, or all that are there.
func (d *decoder) topUp() {
	if d.end-d.pos >= 8 {
		d.buf |= binary.LittleEndian.Uint64(d.in[d.pos:]) << (d.n & 63)
		d.pos += (63 - d.n) >> 3
		d.n |= 56
		d.buf &= 1<<d.n - 1
		return
	}
	for d.n < 56 && d.pos < d.end {
		d.buf |= uint64(d.in[d.pos]) << d.n
		d.pos++
		d.n += 8
	}
}

// want moves at least the given number of bits to the bit buffer, up to 56, unless the source ends.
func (d *decoder) want(bits uint) {
	for d.n < bits {
		if d.topUp(); d.n >= bits || d.pos == d.end && !d.fill() {
			return
		}
	}
}

// take consumes bits of the bit buffer.
func (d *decoder) take(bits uint) (uint, error) {
	if d.want(bits); d.n < bits {
		return 0, d.endError()
	}
	value := d.buf & (1<<bits - 1)
	d.buf >>= bits
	d.n -= bits
	return uint(value), nil
}

// align drops the rest of a byte, and returns the whole bytes in the bit buffer to the input.
func (d *decoder) align() {
	d.pos -= d.n >> 3
	d.buf, d.n = 0, 0
}

// reset prepares the decoder for another source. The tables stay: they may be those of the fixed code.
func (d *decoder) reset(src io.Reader) {
	d.src, d.srcErr, d.atBlock, d.bytesRead = src, nil, nil, 0
	d.stopped.Store(false)
	d.pos, d.end, d.buf, d.n = 0, 0, 0, 0
	d.start()
}

// start begins a new stream, whose output has no history.
func (d *decoder) start() {
	d.block, d.final, d.afterStored = betweenBlocks, false, false
}

// decode appends to the window from d.out until it is full or the stream ends, which d.block says.
func (d *decoder) decode(w *window) error {
	for d.out < windowLimit {
		var err error
		switch d.block {
		case betweenBlocks:
			if d.atBlock != nil && d.atBlock() {
				return nil
			}
			err = d.blockHeader()
		case inStored:
			err = d.copyStored(w)
		case inCompressed:
			err = d.compressed(w)
		case atEnd:
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// endBlock returns unread bytes at the end of the stream.
func (d *decoder) endBlock() {
	d.afterStored = d.block == inStored
	d.block = betweenBlocks
	if d.final {
		d.align()
		d.block = atEnd
	}
}

// copyStored copies bytes of a stored block, as many as are there. If the input is empty, it reads into the window.
func (d *decoder) copyStored(w *window) error {
	room := w[d.out : d.out+min(d.stored, windowLimit-d.out)]
	var n int
	switch {
	case d.pos < d.end:
		n = copy(room, d.in[d.pos:d.end])
		d.pos += uint(n)
	case len(room) > 0:
		if n = d.readSource(room); n == 0 {
			return d.endError()
		}
	}
	d.out += uint(n)
	if d.stored -= uint(n); d.stored == 0 {
		d.endBlock()
	}
	return nil
}

// compressed decodes a part of a compressed block.
func (d *decoder) compressed(w *window) error {
	if d.end-d.pos <= inputSlack {
		return d.symbol(w)
	}
	return d.fast(w)
}
