package transfer

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// WithStallTimeout fails a request with a transient error if it receives no data for the timeout, or is far slower than
// the others, so that the retry uses another connection. A connection whose peer is gone stays open for minutes, and
// the SDKs do not detect that. Time between reads does not count.
func WithStallTimeout(src source.Source, timeout time.Duration) source.Source {
	return &stallTimeoutSource{Source: src, timeout: timeout, throughput: &throughput{}}
}

type stallTimeoutSource struct {
	source.Source
	timeout    time.Duration
	throughput *throughput
}

func (s *stallTimeoutSource) Stat(ctx context.Context, ref source.Ref) (source.Object, error) {
	wd, ctx := s.newWatchdog(ctx, ref)
	defer wd.stop()
	object, err := s.Source.Stat(ctx, ref)
	return object, wd.cause(err)
}

func (s *stallTimeoutSource) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	wd, ctx := s.newWatchdog(ctx, object.Ref)
	body, err := s.Source.Read(ctx, object, offset, length)
	if err != nil {
		defer wd.stop()
		return nil, wd.cause(err)
	}
	wd.timer.Stop()
	return &watchedBody{
		body: body, watchdog: wd, throughput: s.throughput, url: s.URL(object.Ref), comparable: !object.Sequential,
	}, nil
}

// watchdog cancels a request's context when its timer fires.
type watchdog struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	timeout time.Duration
}

func (s *stallTimeoutSource) newWatchdog(parent context.Context, ref source.Ref) (*watchdog, context.Context) {
	ctx, cancel := context.WithCancelCause(parent)
	stalled := fetcherr.New(fetcherr.Transient, "%s: no data received for %s", s.URL(ref), s.timeout)
	timer := time.AfterFunc(s.timeout, func() { cancel(stalled) })
	return &watchdog{ctx: ctx, cancel: cancel, timer: timer, timeout: s.timeout}, ctx
}

// cause returns the cause of the cancellation, such as the stall, instead of "context canceled".
func (w *watchdog) cause(err error) error {
	if err != nil && !errors.Is(err, io.EOF) && w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	return err
}

func (w *watchdog) stop() {
	w.timer.Stop()
	w.cancel(nil)
}

type watchedBody struct {
	body       io.ReadCloser
	watchdog   *watchdog
	throughput *throughput
	url        string
	// comparable means that the range may be slow compared with others. A sequential object would start again, and what
	// it skips is not counted.
	comparable bool
	// bytes is what was received within elapsed, which excludes the time between reads.
	bytes   int64
	elapsed time.Duration
}

func (w *watchedBody) Read(p []byte) (int, error) {
	began := time.Now()
	w.watchdog.timer.Reset(w.watchdog.timeout)
	n, err := w.body.Read(p)
	w.watchdog.timer.Stop()
	w.bytes, w.elapsed = w.bytes+int64(n), w.elapsed+time.Since(began)
	if err != nil {
		return n, w.watchdog.cause(err)
	}
	if median, slow := w.throughput.isSlow(w.bytes, w.elapsed); slow && w.comparable {
		return n, fetcherr.New(fetcherr.Transient, "%s: %.0f bytes/s, far below the median of %.0f bytes/s", w.url,
			float64(w.bytes)/w.elapsed.Seconds(), median)
	}
	return n, nil
}

func (w *watchedBody) Close() error {
	w.watchdog.stop()
	if w.comparable {
		w.throughput.record(w.bytes, w.elapsed)
	}
	return w.body.Close()
}
