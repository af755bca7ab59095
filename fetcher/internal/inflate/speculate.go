package inflate

import (
	"io"
	"sync"
)

// speculation is what was decoded from a block in the middle of the stream, whose history is not known.
type speculation struct {
	decoder decoder
	marked  markedWindow
	// begin and end are the bits of the input at which the first block begins, and the one after the last. Both are 0
	// if no block was found.
	begin, end uint
	// headers is the number of headers that were read, to find the first block and after it.
	headers int
	// markedEnd is the end of the output in marked. What follows is in frames.
	markedEnd uint
	frames    []*frame

	// parts are what is left of the input, and read the number of bytes that were read before.
	parts [2][]byte
	read  uint
}

var speculationPool = sync.Pool{New: func() any {
	s := new(speculation)
	for i := range uint16(historySize) {
		s.marked[i] = firstMarker + i
	}
	return s
}}

// Read implements io.Reader for the decoder.
func (s *speculation) Read(p []byte) (int, error) {
	for i := range s.parts {
		if n := copy(p, s.parts[i]); n > 0 {
			s.parts[i] = s.parts[i][n:]
			s.read += uint(n)
			return n, nil
		}
	}
	return 0, io.EOF
}

// bit returns the bit of the input at which the decoder is.
func (s *speculation) bit() uint { return (s.read-(s.decoder.end-s.decoder.pos))*8 - s.decoder.n }

// run decodes from the first block that begins in data to the first one that begins in next, or is the last one of its
// stream, or the end of what may be decoded. The first bit of data is bit 0.
func (s *speculation) run(data, next []byte) {
	s.begin, s.end, s.headers, s.markedEnd, s.frames = 0, 0, 0, historySize, s.frames[:0]
	defer func() { s.parts = [2][]byte{} }()
	if !s.findBlock(data, next) {
		return
	}
	limit := uint(len(data)) * 8
	if s.decodeMarked(limit) {
		s.decodeBytes(limit)
	}
}

// blockHeader reads the header of a block, or what may be one. It returns false where the speculation ends.
func (s *speculation) blockHeader() bool {
	if s.headers == speculativeHeaders {
		return false
	}
	s.headers++
	return s.decoder.blockHeader() == nil && !s.decoder.final
}

// findBlock finds a block with a valid header, within searchBytes, and reads the header.
func (s *speculation) findBlock(data, next []byte) bool {
	limit := uint(min(len(data), searchBytes)) * 8
	for bit := findBlock(data, 0, limit); bit < limit && s.headers < speculativeHeaders; bit = findBlock(data, bit+1, limit) {
		s.parts, s.read = [2][]byte{data[bit/8:], next}, bit/8
		s.decoder.reset(s)
		s.decoder.afterStored = true // so little is read for the header
		if _, err := s.decoder.take(bit % 8); err == nil && s.blockHeader() {
			s.begin, s.end = bit, bit
			return true
		}
	}
	return false
}

// compressedInput reports whether there is input for the fast loop. The end of the input is not decoded.
func (d *decoder) compressedInput() bool {
	return d.end-d.pos > inputSlack || d.fill() && d.end-d.pos > inputSlack
}

// decodeMarked decodes symbols until the last historySize of them are bytes, and then returns true. It returns false
// where the speculation ends.
func (s *speculation) decodeMarked(limit uint) bool {
	d := &s.decoder
	d.out = historySize
	for scanned, bytes := d.out, uint(0); bytes < historySize; {
		if d.block == betweenBlocks {
			s.end, s.markedEnd = s.bit(), d.out
			// Stored blocks are rare between others, and fast.
			if s.end >= limit || !s.blockHeader() || d.block == inStored {
				return false
			}
			continue
		}
		if d.out >= markedSize-windowSlack || !d.compressedInput() || d.fastMarked(&s.marked, scanned+historySize) != nil {
			return false
		}
		if d.out-scanned < historySize {
			continue
		}
		for bytes = 0; bytes < historySize && s.marked[d.out-1-bytes] < firstMarker; {
			bytes++
		}
		scanned = d.out - bytes
	}
	return true
}

// decodeBytes decodes to frames what follows the symbols, whose end is the history.
func (s *speculation) decodeBytes(limit uint) {
	d := &s.decoder
	switched, size := d.out, d.out
	f := s.newFrame()
	for i, symbol := range s.marked[switched-historySize : switched] {
		f.window[i] = byte(symbol)
	}
	// frames and end are those of the output before the block that is decoded.
	frames, end := 0, uint(historySize)
	for ended := false; !ended; {
		switch {
		case d.block == betweenBlocks:
			s.end, s.markedEnd, frames, end = s.bit(), switched, len(s.frames), d.out
			ended = s.end >= limit || !s.blockHeader()
		case d.out >= windowLimit:
			size += d.out - historySize
			f.end = d.out
			last := f
			f = s.newFrame()
			copy(f.window[:historySize], last.window[last.end-historySize:last.end])
			ended = size >= speculativeLimit
		case d.block == inStored:
			ended = d.copyStored(&f.window) != nil
		default:
			ended = !d.compressedInput() || d.fast(&f.window) != nil
		}
	}
	for _, f := range s.frames[frames:] {
		framePool.Put(f)
	}
	if s.frames = s.frames[:frames]; frames > 0 {
		s.frames[frames-1].end = end
	}
}

// newFrame appends an empty frame, into which the decoder decodes next.
func (s *speculation) newFrame() *frame {
	f := framePool.Get().(*frame)
	f.reset()
	f.begin, f.memberEnd = historySize, false
	s.frames = append(s.frames, f)
	s.decoder.oldest, s.decoder.out = 0, historySize
	return f
}

// resolve returns the output in frames, given the history before it, which it replaces by the one after it. What was in
// marked is written to the frames by the function, which ends the use of s.
func (s *speculation) resolve(history []byte) (frames []*frame, write func()) {
	bytes := newSymbolBytes(history)
	if n := len(s.frames); n > 0 {
		last := s.frames[n-1]
		copy(history, last.window[last.end-historySize:last.end])
	} else {
		bytes.resolve(history, s.marked[s.markedEnd-historySize:s.markedEnd])
	}
	for begin := uint(historySize); begin < s.markedEnd; begin += windowSize {
		f := framePool.Get().(*frame)
		f.reset()
		f.begin, f.end, f.memberEnd = 0, min(windowSize, s.markedEnd-begin), false
		frames = append(frames, f)
	}
	marked := frames
	return append(frames, s.frames...), func() {
		begin := uint(historySize)
		for _, f := range marked {
			bytes.resolve(f.window[:f.end], s.marked[begin:begin+f.end])
			begin += f.end
		}
		s.frames = s.frames[:0]
		speculationPool.Put(s)
	}
}
