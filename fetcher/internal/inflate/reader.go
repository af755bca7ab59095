package inflate

import (
	"hash/crc32"
	"io"
	"runtime"
	"sync"
)

// Reader reads the content of a gzip file. It is not safe for concurrent use.
type Reader struct {
	decoder *decoder
	// frames are those of the pool that are used. They go back when the goroutine, which reads the last ones, has
	// ended.
	frames  []*frame
	current *frame
	unread  []byte
	err     error
	members int

	// crc and size are those of the current member so far, content the number of bytes of all members.
	crc, size uint32
	content   uint64

	// free and filled are the frames on their way to the goroutine and back. They are nil without one.
	free, filled chan *frame
	// parallel decodes on several cores. It is nil unless it does.
	parallel *parallel
	// claimed is true while no other Reader may use several cores, and ended if there was too little input for them.
	claimed, ended bool
}

// frame is a window with what was decoded into it: window[begin:end] of one member.
type frame struct {
	window     window
	begin, end uint
	// memberEnd is true if the member ends here. crc and size are those that its trailer says.
	memberEnd bool
	crc, size uint32
	// err follows the data. It is io.EOF after the last member.
	err error
}

var (
	decoderPool = sync.Pool{New: func() any { return new(decoder) }}
	framePool   = sync.Pool{New: func() any { return new(frame) }}
)

// framesAhead is the number of frames that the goroutine fills while the caller reads another.
const framesAhead = 2

// NewReader returns a reader of the gzip file that src reads. The file may have several members, and zeros after them.
// The error is that of the first member's header: io.EOF if src is empty. The Reader reads ahead of what it returns, in
// a goroutine after the first 96 KiB. The caller must call Close before it uses src again, unless Read has returned an
// error. With four processors it reads up to 512 KiB for each of them ahead, and 1 MiB, also of what follows the file.
func NewReader(src io.Reader) (*Reader, error) {
	d := decoderPool.Get().(*decoder)
	d.reset(src)
	if err := d.memberHeader(); err != nil {
		d.release()
		return nil, err
	}
	r := &Reader{decoder: d, members: 1}
	r.current = r.newFrame()
	r.current.reset()
	return r, nil
}

func (r *Reader) newFrame() *frame {
	f := framePool.Get().(*frame)
	r.frames = append(r.frames, f)
	return f
}

// reset makes f an empty frame before the first one.
func (f *frame) reset() { f.begin, f.end, f.memberEnd, f.err = 0, 0, true, nil }

func (d *decoder) release() {
	d.reset(nil)
	decoderPool.Put(d)
}

// Members returns the number of members that were begun, at least 1.
func (r *Reader) Members() int { return r.members }

// Read implements io.Reader. The data are those of the file only if Read finally returns io.EOF. Before Read returns an
// error, it waits for a Read of the source that has begun ahead, at most one: then the source is the caller's again. A
// source that may stall needs a way to end its Read, as that of a connection has.
func (r *Reader) Read(p []byte) (int, error) {
	for len(r.unread) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.advance()
	}
	n := copy(p, r.unread)
	r.unread = r.unread[n:]
	return n, nil
}

// nextFrame makes the next frame the current one.
func (r *Reader) nextFrame() {
	switch {
	case r.filled != nil && r.nextFilled():
	case r.parallel != nil || r.current.end != 0 && r.startParallel():
		r.current = r.parallel.nextFrame()
	case r.current.end != 0 && runtime.GOMAXPROCS(0) > 1:
		r.start()
		r.current = <-r.filled
	default:
		r.decoder.next(r.current, r.current)
	}
}

// nextFilled makes the next frame of the goroutine the current one. As soon as several cores are free, the goroutine
// gets no more frames. It returns false when it has ended.
func (r *Reader) nextFilled() bool {
	if r.free != nil && r.claimCores() {
		close(r.free)
		r.free = nil
	}
	if r.free != nil {
		r.free <- r.current
	}
	f, ok := <-r.filled
	if !ok {
		r.filled = nil
		return false
	}
	r.current = f
	return true
}

// advance makes the next frame the current one, and checks it.
func (r *Reader) advance() {
	r.nextFrame()
	f := r.current
	r.unread, r.err = f.window[f.begin:f.end], f.err
	r.crc = crc32.Update(r.crc, crc32.IEEETable, r.unread)
	r.size += uint32(len(r.unread))
	r.content += uint64(len(r.unread))
	if f.memberEnd {
		if r.crc != f.crc || r.size != f.size {
			r.stop()
			r.err = ErrChecksum
		}
		r.crc, r.size = 0, 0
		if r.err == nil {
			r.members++
		}
	}
	if r.err != nil {
		if r.parallel != nil {
			// It reads the source ahead, which the caller may use now. The frame is kept.
			r.parallel.stop()
		}
		r.releaseCores()
	}
}

// start starts the goroutine, which ends after the last frame, or when r.free is closed.
func (r *Reader) start() {
	r.free, r.filled = make(chan *frame, framesAhead+1), make(chan *frame, framesAhead+1)
	for range framesAhead {
		r.free <- r.newFrame()
	}
	go func(d *decoder, last *frame, free <-chan *frame, filled chan<- *frame) {
		defer close(filled)
		for f := range free {
			d.next(f, last)
			last = f
			filled <- f
			if f.err != nil {
				return
			}
		}
	}(r.decoder, r.current, r.free, r.filled)
	r.free <- r.current
}

// next fills f, after the frame last, which may be the same.
func (d *decoder) next(f, last *frame) {
	d.decodeFrame(f, last)
	if f.err != nil || d.block != atEnd {
		return
	}
	if f.crc, f.size, f.err = d.trailer(); f.err == nil {
		f.memberEnd, f.err = true, d.nextMember()
	}
}

// decodeFrame decodes what follows the frame last: a part of a member, at most to its end.
func (d *decoder) decodeFrame(f, last *frame) {
	history := uint(0)
	if !last.memberEnd {
		history = min(historySize, last.end-d.oldest)
		copy(f.window[historySize-history:historySize], last.window[last.end-history:last.end])
	}
	d.oldest, d.out = historySize-history, historySize
	f.memberEnd, f.err = false, d.decode(&f.window)
	f.begin, f.end = historySize, d.out
}

// stop ends the goroutine, waiting for one Read of the source at most.
func (r *Reader) stop() {
	defer r.releaseCores()
	if r.parallel != nil {
		r.parallel.stop()
		return
	}
	if r.filled == nil {
		return
	}
	r.decoder.stopped.Store(true)
	for drained := r.free == nil; !drained; {
		select {
		case <-r.free:
		default:
			drained = true
		}
	}
	if r.free != nil {
		close(r.free)
	}
	for range r.filled {
	}
	r.free, r.filled = nil, nil
}

// Close ends the goroutine, waiting for one Read of the source at most, and releases the memory. It does not close the
// source.
func (r *Reader) Close() error {
	if r.decoder == nil {
		return nil
	}
	r.stop()
	for _, f := range r.frames {
		framePool.Put(f)
	}
	r.decoder.release()
	r.parallel = nil
	r.decoder, r.frames, r.current, r.unread, r.err = nil, nil, nil, nil, io.ErrClosedPipe
	return nil
}
