package transfer

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// Throttling retries requests that the store refuses because it gets too many. Such a refusal is no failure: the store
// answers each client when its turn comes, and a client that gives up begins again with even more requests. So only the
// context ends the retries. One Throttling is shared by all requests of a run.
type Throttling struct {
	// Backoff has a short maximum. A store that is limited to a rate of requests refuses what exceeds it at no cost, but
	// a client that sleeps when its turn comes leaves the store idle: a long maximum delays the last clients of a fleet.
	// Jitter from the first retry on spreads a fleet that started at once; before the first refusal nobody waits.
	Backoff Backoff
	// MaxRetryAfter limits the wait that the store asks for.
	MaxRetryAfter time.Duration
	Log           *slog.Logger

	mutex    sync.Mutex
	refusals int
	last     time.Time
	refusal  error
}

// Throttled reports whether the store has refused a request of the run, and not long ago. The run then sends as few
// requests as possible, each for as much as possible: the requests are what the store limits. But an object in one
// request has the throughput of one connection, so a single refusal does not count for the rest of the run. It is false
// for nil.
func (t *Throttling) Throttled() bool {
	if t == nil {
		return false
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.refusals > 0 && time.Since(t.last) <= t.MaxRetryAfter+t.Backoff.Cap
}

// LastRefusal returns the error of the last refused request, or nil, also for nil.
func (t *Throttling) LastRefusal() error {
	if t == nil {
		return nil
	}
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.refusal
}

// tryOnce makes do return a refusal at once, as long as it is true: the caller waits, and asks for another range.
type tryOnce struct{ atomic.Bool }

type tryOnceKey struct{}

// openOnce calls read, which opens a body, with a context in which the store's refusal is returned and not retried.
// Later requests for the rest of the body are retried.
func openOnce(ctx context.Context, read func(context.Context) (io.ReadCloser, error)) (io.ReadCloser, error) {
	once := &tryOnce{}
	once.Store(true)
	defer once.Store(false)
	return read(context.WithValue(ctx, tryOnceKey{}, once))
}

// do calls try until the store does not refuse it. When ctx ends, it returns the last refusal, which says more than the
// cancelled request or wait.
func (t *Throttling) do(ctx context.Context, try func() error) error {
	var refusal error
	for n := 0; ; n++ {
		err := try()
		if refusal != nil && err != nil && ctx.Err() != nil {
			return refusal
		}
		if err == nil || !fetcherr.IsThrottled(err) {
			return err
		}
		refusal = err
		t.recordRefusal(err)
		if once, ok := ctx.Value(tryOnceKey{}).(*tryOnce); ok && once.Load() || Sleep(ctx, t.delay(n, err)) != nil {
			return refusal
		}
	}
}

// delay returns the wait after refusal n, counted from 0.
func (t *Throttling) delay(n int, refusal error) time.Duration {
	// The jitter is added: all that were refused at the same time would come back at the same time.
	return t.Backoff.Delay(n) + min(fetcherr.RetryAfterOf(refusal), t.MaxRetryAfter)
}

// recordRefusal logs the first refusal, and then ever fewer: there may be hundreds.
func (t *Throttling) recordRefusal(err error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.refusals++
	t.last, t.refusal = time.Now(), err
	if t.refusals&(t.refusals-1) == 0 { // a power of two
		t.Log.Warn("the store throttles requests, retrying", "refusals", t.refusals, "error", err.Error())
	}
}

// WithThrottling applies t to the requests of src.
func WithThrottling(src source.Source, t *Throttling) source.Source {
	return &throttledSource{Source: src, throttling: t}
}

type throttledSource struct {
	source.Source
	throttling *Throttling
}

func (s *throttledSource) Stat(ctx context.Context, ref source.Ref) (object source.Object, err error) {
	err = s.throttling.do(ctx, func() error {
		object, err = s.Source.Stat(ctx, ref)
		return err
	})
	return object, err
}

func (s *throttledSource) Read(ctx context.Context, object source.Object, offset, length int64) (body io.ReadCloser, err error) {
	err = s.throttling.do(ctx, func() error {
		body, err = s.Source.Read(ctx, object, offset, length)
		return err
	})
	return body, err
}
