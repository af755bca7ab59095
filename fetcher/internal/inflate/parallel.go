package inflate

import (
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// parallelProcs is the number of processors from which a stream is decoded on several of them. Decoding without the
// history takes longer, so fewer gain little.
var parallelProcs = 4

// maxCores bounds the memory: each core, and two more chunks, need up to 6 MB.
const maxCores = 4

// chunkLength is the maximum number of bytes of a chunk. Tests have smaller ones.
var chunkLength = chunkSize

// waitForChunks makes the decoder of the stream wait for the cores ahead, instead of decoding what they have not begun.
// So tests do the same in each run.
var waitForChunks = false

// parallelBusy is true while a Reader has claimed several processors. Others use two meanwhile: so the memory is
// bounded for any number of streams.
var parallelBusy atomic.Bool

// parallel decodes one stream on several cores, as rapidgzip does (https://arxiv.org/abs/2308.08955). Its goroutine
// decodes the stream in order. At the beginning of each block it looks whether another core has decoded the same block
// ahead, and then goes on where that one ended. So what was decoded ahead counts only if it begins at a block of the
// stream, and a wrong guess costs time only.
type parallel struct {
	decoder *decoder
	chunks  *chunks
	batches chan *batch
	done    sync.WaitGroup
	stopped bool

	// current is the chunk that the decoder reads, offset the number of bytes of it that were read, and taken whether
	// its speculation was.
	current *chunk
	offset  uint
	taken   bool
	ahead   *speculation
	found   *speculation
	// adopted is the number of chunks that were decoded ahead.
	adopted int
	// last has the history of the next frame at the end of that of its window.
	last *frame

	// batch is what the caller of nextFrame reads, and index that of its next frame.
	batch *batch
	index int
}

// batch are frames that follow one another.
type batch struct {
	frames []*frame
	// ready is closed when the frames are complete. It is nil if they are.
	ready chan struct{}
	// ahead is true if a chunk counts as in flight until the frames were read.
	ahead bool
}

// claimCores reports whether there are several cores, and only r may use them, until releaseCores.
func (r *Reader) claimCores() bool {
	if !r.claimed && !r.ended && runtime.GOMAXPROCS(0) >= parallelProcs && !parallelBusy.Load() {
		r.claimed = !parallelBusy.Swap(true)
	}
	return r.claimed
}

func (r *Reader) releaseCores() {
	if r.claimed {
		r.claimed = false
		parallelBusy.Store(false)
	}
}

// startParallel starts to decode on several cores after the current frame, if they are free.
func (r *Reader) startParallel() bool {
	// After an error of the source, such as its end, there is nothing to read ahead.
	if r.ended = r.decoder.srcErr != nil; r.ended {
		r.releaseCores()
	}
	if !r.claimCores() {
		return false
	}
	cores := min(runtime.GOMAXPROCS(0), maxCores)
	p := &parallel{
		decoder: r.decoder, chunks: readChunks(r.decoder.src, cores, r.chunkLength()), batches: make(chan *batch, cores),
		last: r.newFrame(),
	}
	p.keep(r.current)
	p.decoder.src, p.decoder.atBlock = p, p.findAhead
	p.done.Go(p.run)
	r.parallel = p
	return true
}

// chunkLength returns the number of bytes of a chunk of which most is decoded ahead, if the rest of the file expands
// like its beginning.
func (r *Reader) chunkLength() int {
	const least = 64 << 10
	packed := r.decoder.bytesRead - uint64(r.decoder.end-r.decoder.pos)
	return min(chunkLength, max(least, int(min(chunkSize, speculativeLimit*2/3*packed/max(r.content, 1)))))
}

// stop ends the goroutines, waiting for one Read of the source at most.
func (p *parallel) stop() {
	if p.stopped {
		return
	}
	p.stopped = true
	p.decoder.stopped.Store(true)
	p.chunks.stop()
	p.done.Wait()
}

// nextFrame returns the next frame, and releases the one before.
func (p *parallel) nextFrame() *frame {
	for p.batch == nil || p.index == len(p.batch.frames) {
		if p.batch != nil {
			for _, f := range p.batch.frames {
				framePool.Put(f)
			}
			if p.batch.ahead {
				<-p.chunks.inFlight
			}
		}
		p.batch, p.index = <-p.batches, 0
		if p.batch.ready != nil {
			<-p.batch.ready
		}
	}
	p.index++
	return p.batch.frames[p.index-1]
}

// run decodes the stream in order.
func (p *parallel) run() {
	for {
		f := framePool.Get().(*frame)
		p.found = nil
		p.decoder.next(f, p.last)
		p.keep(f)
		ended := f.err != nil // after it was sent, it may be in use again
		if !p.send(&batch{frames: []*frame{f}}) || ended {
			return
		}
		if p.found != nil && !p.adopt() {
			return
		}
	}
}

// keep copies the history of the frame after f.
func (p *parallel) keep(f *frame) {
	d := p.decoder
	history := uint(0)
	if !f.memberEnd {
		history = min(historySize, f.end-d.oldest)
		copy(p.last.window[historySize-history:historySize], f.window[f.end-history:f.end])
	}
	p.last.end, p.last.memberEnd = historySize, f.memberEnd
	d.oldest = historySize - history
}

func (p *parallel) send(b *batch) bool {
	select {
	case p.batches <- b:
		return true
	case <-p.chunks.quit:
		return false
	}
}

// bit is the bit of the current chunk at which the decoder is. It may be before the chunk.
func (p *parallel) bit() int64 {
	return (int64(p.offset)-int64(p.decoder.end-p.decoder.pos))*8 - int64(p.decoder.n)
}

// findAhead reports whether the block at which the decoder is was decoded ahead.
func (p *parallel) findAhead() bool {
	bit := p.bit()
	if p.current == nil || bit < 0 || p.decoder.out-p.decoder.oldest < historySize {
		return false
	}
	if !p.taken {
		p.taken, p.ahead = true, p.chunks.take(p.current)
	}
	s := p.ahead
	if s == nil || s.begin == s.end || int64(s.begin) != bit {
		return false
	}
	p.found = s
	return true
}

// adopt goes on at the end of what was decoded ahead.
func (p *parallel) adopt() bool {
	s := p.found
	p.ahead = nil
	p.adopted++
	p.chunks.vain.Store(0)
	b := &batch{ready: make(chan struct{}), ahead: true}
	end := s.end
	var write func()
	b.frames, write = s.resolve(p.last.window[:historySize])
	p.done.Go(func() {
		write()
		close(b.ready)
	})
	p.last.end, p.last.memberEnd = historySize, false
	d := p.decoder
	d.oldest = 0
	d.pos, d.end, d.buf, d.n, d.srcErr = 0, 0, 0, 0, nil
	d.afterStored = false
	offset := end / 8
	if length := uint(len(p.current.data)); offset >= length && p.current.err == nil {
		offset -= length
		if !p.advance(false) {
			return false
		}
	} else {
		b.ahead = false
	}
	p.offset = offset
	if !p.send(b) {
		return false
	}
	_, err := d.take(end % 8)
	return err == nil
}

// Read implements io.Reader for the decoder.
func (p *parallel) Read(to []byte) (int, error) {
	for p.current == nil || p.offset == uint(len(p.current.data)) {
		if p.current != nil && p.current.err != nil {
			return 0, p.current.err
		}
		if !p.advance(true) {
			return 0, io.ErrClosedPipe
		}
	}
	n := copy(to, p.current.data[p.offset:])
	p.offset += uint(n)
	return n, nil
}

// advance goes to the next chunk. With release the one before does not count as in flight anymore.
func (p *parallel) advance(release bool) bool {
	next := p.chunks.first
	if before := p.current; before != nil {
		next = before.next
		if !p.taken {
			p.ahead = p.chunks.take(before)
		}
		if p.ahead != nil {
			p.ahead.drop()
			p.ahead = nil
			p.chunks.vain.Add(1)
		}
		chunkPool.Put(before.buffer)
		if release {
			<-p.chunks.inFlight
		}
	}
	select {
	case p.current = <-next:
		p.offset, p.taken = 0, false
		return true
	case <-p.chunks.quit:
		return false
	}
}
