package transfer

import "context"

// BufferPool is a fixed number of buffers of equal size, allocated when first used. Streams can share a pool without a
// deadlock, because each acquires and releases its buffers in the order of its ranges.
type BufferPool struct {
	free chan []byte
	size int64
}

// NewBufferPool returns a pool of n buffers of size bytes.
func NewBufferPool(n int, size int64) *BufferPool {
	b := &BufferPool{free: make(chan []byte, n), size: size}
	for range n {
		b.free <- nil
	}
	return b
}

func (b *BufferPool) acquire(ctx context.Context) ([]byte, error) {
	if ctx.Err() != nil { // select chooses at random if both are ready
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
