package objectstore

import (
	"context"
	"errors"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// retryPolicy limits the attempts of a request. Those that make progress do not count.
type retryPolicy struct {
	attempts int
	// first and longest wait between attempts.
	first, longest time.Duration
	// stall is the time without a byte after which a request is given up. It includes the wait for the answer.
	stall time.Duration
	// notify is Location.OnRetry.
	notify func(failure error, wait time.Duration)
}

// longWait is the shortest wait for which OnRetry is called.
const longWait = 2 * time.Second

// withNotify returns the policy with Location.OnRetry.
func (p retryPolicy) withNotify(notify func(error, time.Duration)) retryPolicy {
	p.notify = notify
	return p
}

// defaultRetries bridge an interruption of about a minute.
var defaultRetries = retryPolicy{
	attempts: 10,
	first:    250 * time.Millisecond,
	longest:  16 * time.Second,
	stall:    time.Minute + responseTimeout,
}

// maxRetryAfter limits what a store may ask to wait.
const maxRetryAfter = time.Minute

// run calls attempt until it succeeds or returns an error that is not transient. attempt reports whether it has
// made progress. After the last attempt the error is ErrCutOff.
func (p retryPolicy) run(ctx context.Context, attempt func() (progress bool, err error)) error {
	waits := backoff.NewExponentialBackOff()
	waits.InitialInterval, waits.MaxInterval, waits.Multiplier = p.first, p.longest, 2
	for failures := 1; ; failures++ {
		progress, err := attempt()
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if !isTransient(err) {
			return err
		}
		if progress {
			failures = 1
			waits.Reset()
		}
		if failures >= p.attempts {
			return newError(ErrCutOff, "%w", err).withHint("gave up after %d attempts", failures)
		}
		wait := max(waits.NextBackOff(), min(retryAfter(err), maxRetryAfter))
		if p.notify != nil && wait >= longWait {
			p.notify(err, wait)
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		}
	}
}

// do is run for a request without progress.
func (p retryPolicy) do(ctx context.Context, attempt func() error) error {
	return p.run(ctx, func() (bool, error) { return false, attempt() })
}

// errStalled is the cause of a request that was given up because no byte was sent or received for too long.
var errStalled = errors.New("no byte was transferred")

// watchStall returns a context that is cancelled when touch has not been called for the time limit. stop ends it.
func watchStall(ctx context.Context, limit time.Duration) (watched context.Context, touch, stop func()) {
	watched, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(limit, func() { cancel(errStalled) })
	return watched, func() { timer.Reset(limit) }, func() {
		timer.Stop()
		cancel(nil)
	}
}
