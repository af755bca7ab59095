package inflate

import (
	"io"
	"sync"
	"sync/atomic"
)

// chunkSize is the number of bytes of the input that one core decodes. 14 kB of weights are a block, and a block of
// other data is seldom longer than 60 kB.
const chunkSize = 512 << 10

// After vainChunks chunks in succession that were decoded ahead in vain, only one of rareChunks is decoded ahead, until
// one was not in vain. Stored blocks are decoded in a hundredth of the time of a search. Tests with small chunks, of
// which most are in vain, have more.
var vainChunks int64 = 8

const rareChunks = 16

// chunk is a part of the input.
type chunk struct {
	// offset is that of data in the input, in bytes. err follows the data.
	offset int64
	data   []byte
	err    error
	buffer *[chunkSize]byte
	// next receives the chunk that follows, unless err is set.
	next chan *chunk

	// claimed is set by the first of those who decode the chunk: a core ahead, or the stream's own decoder.
	claimed atomic.Bool
	// decoded is closed when speculation is what the core found.
	decoded     chan struct{}
	speculation *speculation
}

// chunks reads the input ahead, and decodes as many chunks of it as there are cores.
type chunks struct {
	src  io.Reader
	size int
	wait bool
	// first receives the first chunk. Each has the next.
	first chan *chunk
	// inFlight holds a token for each chunk whose input or output is in memory.
	inFlight, cores chan struct{}
	// vain is the number of the last chunks that were decoded ahead in vain, of vainLimit, and headers the number of
	// headers that were read ahead.
	vain, headers atomic.Int64
	vainLimit     int64
	// quit is closed to end the goroutines.
	quit chan struct{}
	done sync.WaitGroup
}

var chunkPool = sync.Pool{New: func() any { return new([chunkSize]byte) }}

func readChunks(src io.Reader, cores, size int) *chunks {
	c := &chunks{
		src: src, size: size, wait: waitForChunks, vainLimit: vainChunks, first: make(chan *chunk, 1), quit: make(chan struct{}),
		inFlight: make(chan struct{}, cores+2), cores: make(chan struct{}, cores),
	}
	c.done.Go(c.read)
	return c
}

// stop ends the goroutines, waiting for one Read of the source at most.
func (c *chunks) stop() {
	close(c.quit)
	c.done.Wait()
}

// read reads the chunks. It decodes one when the next was read, in which its last block ends.
func (c *chunks) read() {
	var last *chunk
	offset, next := int64(0), c.first
	for {
		select {
		case c.inFlight <- struct{}{}:
		case <-c.quit:
			return
		}
		current := &chunk{offset: offset, next: make(chan *chunk, 1), decoded: make(chan struct{})}
		current.buffer = chunkPool.Get().(*[chunkSize]byte)
		current.data, current.err = c.fill(current.buffer[:c.size])
		next <- current
		if last != nil {
			c.decodeAhead(last, current.data)
		}
		if current.err != nil {
			close(current.decoded)
			return
		}
		last, offset, next = current, offset+int64(c.size), current.next
	}
}

// fill reads a chunk. Its error is that of the source, or why it was not read.
func (c *chunks) fill(data []byte) ([]byte, error) {
	n := 0
	for empty := 0; n < len(data); {
		select {
		case <-c.quit:
			return data[:n], io.ErrClosedPipe
		default:
		}
		read, err := c.src.Read(data[n:])
		if n += read; err != nil {
			return data[:n], err
		}
		if empty++; read > 0 {
			empty = 0
		}
		if empty == 100 {
			return data[:n], io.ErrNoProgress
		}
	}
	return data, nil
}

// decodeAhead decodes a chunk in a goroutine, when a core is free. The first chunk and the last are decoded in order,
// and most of those after vainChunks.
func (c *chunks) decodeAhead(chunk *chunk, next []byte) {
	number := chunk.offset / int64(c.size)
	if number == 0 || number%rareChunks != 0 && c.vain.Load() >= c.vainLimit {
		close(chunk.decoded)
		return
	}
	c.done.Go(func() {
		defer close(chunk.decoded)
		select {
		case c.cores <- struct{}{}:
			defer func() { <-c.cores }()
		case <-c.quit:
			return
		}
		if chunk.claimed.Swap(true) {
			return
		}
		s := speculationPool.Get().(*speculation)
		s.run(chunk.data, next)
		c.headers.Add(int64(s.headers))
		chunk.speculation = s
	})
}

// take returns the speculation of a chunk, waiting for it if a core decodes it, or nil. It is called once.
func (c *chunks) take(chunk *chunk) *speculation {
	if c.wait {
		select {
		case <-chunk.decoded:
		case <-c.quit:
		}
	}
	if !chunk.claimed.Swap(true) {
		return nil
	}
	<-chunk.decoded
	return chunk.speculation
}

// drop returns the memory of a speculation that is not used.
func (s *speculation) drop() {
	for _, f := range s.frames {
		framePool.Put(f)
	}
	s.frames = s.frames[:0]
	speculationPool.Put(s)
}
