// Package transfer downloads an object in parallel ranges, to a file or as an ordered stream. Retries, time limits and
// concurrency limits are decorators of a source.Source.
package transfer

import (
	"context"
	"math/rand/v2"
	"time"
)

// Backoff is an exponential backoff with full jitter.
// https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
type Backoff struct {
	// Base is the maximum delay before the first retry. It doubles with each retry.
	Base time.Duration
	// Cap is the maximum delay.
	Cap time.Duration
}

// Delay returns a random delay before retry n, counted from 0.
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

// Sleep waits for the delay, or returns the context's cause when it is cancelled.
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
