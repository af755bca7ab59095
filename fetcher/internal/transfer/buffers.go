package transfer

import "context"

// Buffers lends out a fixed number of equal buffers, made when first needed.
// Streams that share it take theirs in the order of their ranges and give the
// first back first, so they cannot wait for one another in a ring.
type Buffers struct {
	free chan []byte
	size int64
}

// NewBuffers makes a pool of n buffers of size bytes each.
func NewBuffers(n int, size int64) *Buffers {
	b := &Buffers{free: make(chan []byte, n), size: size}
	for range n {
		b.free <- nil
	}
	return b
}

func (b *Buffers) take(ctx context.Context) ([]byte, error) {
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

func (b *Buffers) give(buffer []byte) { b.free <- buffer[:b.size] }
