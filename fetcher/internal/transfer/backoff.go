// Package transfer brings an object's bytes in parallel ranges, to a file or
// as one ordered stream, and keeps at it when the network fails. Retrying,
// watching and limiting are decorators around a source.Source.
package transfer

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff waits between tries: exponentially longer, with full jitter, so
// that a thousand pods that failed together do not come back together.
type Backoff struct {
	// Base is the longest wait before the first retry; it doubles with each.
	Base time.Duration
	// Cap is the longest wait of all.
	Cap time.Duration
}

// Delay draws the wait before retry n, counted from 0.
func (b Backoff) Delay(n int) time.Duration {
	maximum := b.Base
	for range n {
		if maximum >= b.Cap {
			break
		}
		maximum *= 2
	}
	return rand.N(max(min(maximum, b.Cap), 1))
}

// Sleep sleeps for a delay, or returns the context's cause once it is done.
func Sleep(ctx context.Context, delay time.Duration) error {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
