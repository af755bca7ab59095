package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"golang.org/x/sync/errgroup"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Stream reads an object from its first byte to its last while its ranges
// come in parallel. The buffers are its window: memory is theirs. Close it.
type Stream struct {
	cancel  context.CancelFunc
	group   *errgroup.Group
	buffers *BufferPool
	// pending holds the ranges that are on their way, in order; ready those
	// that are here and hashed.
	pending chan *chunk
	ready   chan []byte
	// hash is nil when nobody asked for it.
	hash hash.Hash
	// algorithm is that of the object's own checksum, crc what its ranges
	// have come to so far.
	algorithm crc.Algorithm
	crc       uint64

	current, unread []byte
	err             error
}

// chunk is a range on its way into its buffer.
type chunk struct {
	byteRange
	buffer []byte
	crc    uint64
	// done is closed when the range is here, or err says why it is not.
	done chan struct{}
	err  error
}

// NewStream begins to read ranges of the buffers' size, and computes the
// object's SHA-256 if it is asked to.
func NewStream(ctx context.Context, src source.Source, object source.Object, buffers *BufferPool, computeSHA256 bool) *Stream {
	ctx, cancel := context.WithCancel(ctx)
	group, ctx := errgroup.WithContext(ctx)
	s := &Stream{
		cancel: cancel, group: group, buffers: buffers, algorithm: object.Checksum.Algorithm,
		// Room for every buffer there is: sending never blocks for long, and
		// after the end whatever was lent lies in one of the two.
		pending: make(chan *chunk, cap(buffers.free)),
		ready:   make(chan []byte, cap(buffers.free)),
	}
	if computeSHA256 {
		s.hash = sha256.New()
	}
	group.Go(func() error { return s.requestRanges(ctx, src, object) })
	group.Go(s.deliverInOrder)
	return s
}

// requestRanges sends for the ranges in order, as buffers come free.
func (s *Stream) requestRanges(ctx context.Context, src source.Source, object source.Object) error {
	defer close(s.pending)
	for _, part := range splitRanges(object.Size, s.buffers.size) {
		buffer, err := s.buffers.acquire(ctx)
		if err != nil {
			return err
		}
		p := &chunk{byteRange: part, buffer: buffer[:part.length], done: make(chan struct{})}
		s.pending <- p
		s.group.Go(func() error {
			defer close(p.done)
			p.err = readChunk(ctx, src, object, p)
			return p.err
		})
	}
	return nil
}

func readChunk(ctx context.Context, src source.Source, object source.Object, p *chunk) error {
	body, err := src.Read(ctx, object, p.offset, p.length)
	if err != nil {
		return err
	}
	defer body.Close()
	if _, err = io.ReadFull(body, p.buffer); err != nil {
		return err
	}
	p.crc = object.Checksum.Algorithm.Update(0, p.buffer)
	return nil
}

// deliverInOrder hashes the ranges one after the other and hands them on. It runs
// beside the reader, so that hashing and unpacking share no core's time.
func (s *Stream) deliverInOrder() error {
	defer close(s.ready)
	for p := range s.pending {
		// fill ends with its context, so this wait is as bounded as it is.
		<-p.done
		if p.err != nil {
			s.buffers.release(p.buffer)
			for rest := range s.pending {
				<-rest.done
				s.buffers.release(rest.buffer)
			}
			return p.err
		}
		if s.hash != nil {
			s.hash.Write(p.buffer)
		}
		s.crc = s.algorithm.Combine(s.crc, p.crc, p.length)
		s.ready <- p.buffer
	}
	return nil
}

// Read returns the next bytes. At the end it is io.EOF only when the whole
// object has come.
func (s *Stream) Read(p []byte) (int, error) {
	for len(s.unread) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		s.releaseCurrent()
		buffer, ok := <-s.ready
		if !ok {
			if s.err = s.group.Wait(); s.err == nil {
				s.err = io.EOF
			}
			return 0, s.err
		}
		s.current, s.unread = buffer, buffer
	}
	n := copy(p, s.unread)
	s.unread = s.unread[n:]
	return n, nil
}

// Err is what broke the transfer, if it broke; nil before and at a good end.
// It tells a broken transfer from a broken archive.
func (s *Stream) Err() error {
	if errors.Is(s.err, io.EOF) {
		return nil
	}
	return s.err
}

// Digest is what the object came to. It holds once Read returned io.EOF.
func (s *Stream) Digest() Digest {
	digest := Digest{CRC: s.crc}
	if s.hash != nil {
		digest.SHA256 = hex.EncodeToString(s.hash.Sum(nil))
	}
	return digest
}

// Close ends what is under way and gives all buffers back.
func (s *Stream) Close() error {
	s.cancel()
	s.releaseCurrent()
	for buffer := range s.ready {
		s.buffers.release(buffer)
	}
	_ = s.group.Wait() // Read has reported it already, if anyone asked.
	return nil
}

func (s *Stream) releaseCurrent() {
	if s.current != nil {
		s.buffers.release(s.current)
		s.current, s.unread = nil, nil
	}
}
