package transfer

import "context"

// BufferPool lends out a fixed number of equal buffers, made when first needed.
// Streams that share it take theirs in the order of their ranges and give the
// first back first, so they cannot wait for one another in a ring.
type BufferPool struct {
	free chan []byte
	size int64
}

// NewBufferPool makes a pool of n buffers of size bytes each.
func NewBufferPool(n int, size int64) *BufferPool {
	b := &BufferPool{free: make(chan []byte, n), size: size}
	for range n {
		b.free <- nil
	}
	return b
}

func (b *BufferPool) acquire(ctx context.Context) ([]byte, error) {
	if ctx.Err() != nil { // of two cases that are ready, select takes any
		return nil, context.Cause(ctx)
	}
	select {
	case buffer := <-b.free:
		if buffer == nil {
			buffer = make([]byte, b.size)
		}
		return buffer, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (b *BufferPool) release(buffer []byte) { b.free <- buffer[:b.size] }
