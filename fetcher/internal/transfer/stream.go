package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Stream reads an object in order while its ranges are downloaded in parallel. It needs no memory but the buffers of
// the pool. The caller closes it.
type Stream struct {
	cancel  context.CancelFunc
	group   *errgroup.Group
	buffers *BufferPool
	// pending holds the requested ranges in order. ready holds the downloaded and hashed ones.
	pending chan *chunk
	ready   chan *chunk
	// hash is nil if no SHA-256 was requested.
	hash hash.Hash
	// algorithm is that of the object's checksum, and crc the checksum of the ranges so far.
	algorithm crc.Algorithm
	crc       uint64

	current *chunk
	unread  []byte
	err     error
	// failure is err, unless that is io.EOF. A decoder may read in another goroutine than that which calls Err.
	failure atomic.Pointer[error]
}

// chunk is a range that is downloaded into its buffer.
type chunk struct {
	byteRange
	buffer []byte
	pool   *BufferPool
	crc    uint64
	// done is closed when the range is complete or err is set.
	done chan struct{}
	err  error
}

func (c *chunk) release() { c.pool.release(c.buffer) }

// StreamOptions control a stream.
type StreamOptions struct {
	// SHA256 requests the SHA-256 of the object.
	SHA256 bool
	// Throttled reports whether the store throttles requests. From then on, the rest of the object is read in one
	// request. Nil is never.
	Throttled func() bool
}

// restBuffers is the number of buffers of a request for the rest of an object.
const restBuffers = 2

// NewStream starts to read ranges of the buffers' size. A sequential object is read in one request.
func NewStream(ctx context.Context, src source.Source, object source.Object, buffers *BufferPool, options StreamOptions) *Stream {
	ctx, cancel := context.WithCancel(ctx)
	group, ctx := errgroup.WithContext(ctx)
	s := &Stream{
		cancel: cancel, group: group, buffers: buffers, algorithm: object.Checksum.Algorithm,
		// With the capacity of the pools no send blocks, and finally every acquired buffer is in one of the channels.
		pending: make(chan *chunk, cap(buffers.free)+restBuffers),
		ready:   make(chan *chunk, cap(buffers.free)+restBuffers),
	}
	if options.SHA256 {
		s.hash = sha256.New()
	}
	isThrottled := options.Throttled
	if isThrottled == nil {
		isThrottled = func() bool { return false }
	}
	group.Go(func() error {
		defer close(s.pending)
		offset := int64(0)
		if !object.Sequential {
			var err error
			if offset, err = s.requestRanges(ctx, src, object, isThrottled); err != nil || offset == object.Size {
				return err
			}
		}
		return s.requestRest(ctx, src, object, offset)
	})
	group.Go(s.deliverInOrder)
	return s
}

// requestRanges requests the ranges in order, as buffers become free, until the store throttles requests. It returns
// the offset of what is not requested, after all requests have ended: each needs a slot among the concurrent requests,
// and that for the rest keeps its own.
func (s *Stream) requestRanges(
	ctx context.Context, src source.Source, object source.Object, isThrottled func() bool,
) (offset int64, err error) {
	var requests sync.WaitGroup
	defer requests.Wait()
	for _, part := range splitRanges(object.Size, s.buffers.size) {
		buffer, err := s.buffers.acquire(ctx)
		if err != nil {
			return 0, err
		}
		if isThrottled() {
			s.buffers.release(buffer)
			return part.offset, nil
		}
		c := &chunk{byteRange: part, buffer: buffer[:part.length], pool: s.buffers, done: make(chan struct{})}
		s.pending <- c
		requests.Add(1)
		s.group.Go(func() error {
			defer requests.Done()
			defer close(c.done)
			c.err = readChunk(ctx, src, object, c)
			return c.err
		})
	}
	return object.Size, nil
}

// requestRest requests an object from an offset on, and fills buffers of its own from it in order: the request stays
// open, and must not wait for buffers of streams that wait for a request.
func (s *Stream) requestRest(ctx context.Context, src source.Source, object source.Object, offset int64) error {
	body, err := src.Read(ctx, object, offset, object.Size-offset)
	if err != nil {
		return err
	}
	defer body.Close()
	pool := NewBufferPool(restBuffers, copyBufferSize)
	for _, part := range splitRanges(object.Size-offset, pool.size) {
		buffer, err := pool.acquire(ctx)
		if err != nil {
			return err
		}
		c := &chunk{byteRange: part, buffer: buffer[:part.length], pool: pool, done: make(chan struct{})}
		c.err = fillChunk(body, object, c)
		close(c.done)
		s.pending <- c
		if c.err != nil {
			return c.err
		}
	}
	return nil
}

func readChunk(ctx context.Context, src source.Source, object source.Object, c *chunk) error {
	body, err := src.Read(ctx, object, c.offset, c.length)
	if err != nil {
		return err
	}
	defer body.Close()
	return fillChunk(body, object, c)
}

func fillChunk(body io.Reader, object source.Object, c *chunk) error {
	if _, err := io.ReadFull(body, c.buffer); err != nil {
		return err
	}
	c.crc = object.Checksum.Algorithm.Update(0, c.buffer)
	return nil
}

// deliverInOrder hashes the ranges in order and passes them to Read. It runs in a goroutine, so that hashing and
// extraction use two cores.
func (s *Stream) deliverInOrder() error {
	defer close(s.ready)
	for c := range s.pending {
		// readChunk ends with its context, so this wait is bounded.
		<-c.done
		if c.err != nil {
			c.release()
			for rest := range s.pending {
				<-rest.done
				rest.release()
			}
			return c.err
		}
		if s.hash != nil {
			s.hash.Write(c.buffer)
		}
		s.crc = s.algorithm.Combine(s.crc, c.crc, c.length)
		s.ready <- c
	}
	return nil
}

// Read returns the next bytes. It returns io.EOF only after the whole object.
func (s *Stream) Read(p []byte) (int, error) {
	for len(s.unread) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		s.releaseCurrent()
		c, ok := <-s.ready
		if !ok {
			err := s.group.Wait()
			if s.err = io.EOF; err != nil {
				s.err = err
				s.failure.Store(&err)
			}
			return 0, s.err
		}
		s.current, s.unread = c, c.buffer
	}
	n := copy(p, s.unread)
	s.unread = s.unread[n:]
	return n, nil
}

// Err returns the error of the download that Read returned, or nil. It distinguishes a failed download from a corrupt
// archive. It may be called during a Read.
func (s *Stream) Err() error {
	if failure := s.failure.Load(); failure != nil {
		return *failure
	}
	return nil
}

// Digest returns the digest of the object. It is valid after Read returned io.EOF.
func (s *Stream) Digest() Digest {
	digest := Digest{CRC: s.crc}
	if s.hash != nil {
		digest.SHA256 = hex.EncodeToString(s.hash.Sum(nil))
	}
	return digest
}

// Close stops the download and releases all buffers.
func (s *Stream) Close() error {
	s.cancel()
	s.releaseCurrent()
	for c := range s.ready {
		c.release()
	}
	_ = s.group.Wait() // Read returned the error
	return nil
}

func (s *Stream) releaseCurrent() {
	if s.current != nil {
		s.current.release()
		s.current, s.unread = nil, nil
	}
}
