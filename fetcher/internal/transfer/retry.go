package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// RetryPolicy limits the retries of a request. Received data resets the count of failures.
type RetryPolicy struct {
	// Attempts is the number of attempts in a round, with the delays of ShortBackoff between them.
	Attempts     int
	ShortBackoff Backoff
	// Rounds is the number of further rounds, with a delay of LongBackoff before each.
	Rounds      int
	LongBackoff Backoff
}

// ErrGaveUp means that the retries are used up. The caller should not retry either.
var ErrGaveUp = errors.New("gave up")

// WithRetries retries transient errors. A range resumes at the byte where it broke, so that nothing is downloaded
// twice.
func WithRetries(src source.Source, policy RetryPolicy, log *slog.Logger) source.Source {
	return &retryingSource{Source: src, policy: policy, log: log}
}

type retryingSource struct {
	source.Source
	policy RetryPolicy
	log    *slog.Logger
}

func (s *retryingSource) Stat(ctx context.Context, ref source.Ref) (source.Object, error) {
	for failures := 0; ; failures++ {
		object, err := s.Source.Stat(ctx, ref)
		if err == nil {
			return object, nil
		}
		if err := s.waitBeforeRetry(ctx, ref, failures, err); err != nil {
			return source.Object{}, err
		}
	}
}

func (s *retryingSource) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	body := &retryingBody{source: s, ctx: ctx, object: object, offset: offset, end: offset + length}
	if err := body.open(); err != nil {
		return nil, err
	}
	return body, nil
}

// waitBeforeRetry waits before the next attempt, or returns the error that ends the retries.
func (s *retryingSource) waitBeforeRetry(ctx context.Context, ref source.Ref, failures int, err error) error {
	if fetcherr.IsThrottled(err) {
		return err // WithThrottling retries those that are to be retried
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if fetcherr.KindOf(err) != fetcherr.Transient {
		return err
	}
	policy := s.policy
	attempts, round := failures+1, failures/policy.Attempts
	delay := policy.ShortBackoff.Delay(failures % policy.Attempts)
	if attempts%policy.Attempts == 0 {
		if round == policy.Rounds {
			return fmt.Errorf("%w after %d attempts: %w", ErrGaveUp, attempts, err)
		}
		delay = policy.LongBackoff.Delay(round)
	}
	// Retry-After is limited as well.
	delay = max(delay, min(fetcherr.RetryAfterOf(err), policy.LongBackoff.Cap))
	s.log.Warn("retrying", "source", s.URL(ref), "failures", attempts, "wait", delay.String(), "error", err.Error())
	if Sleep(ctx, delay) != nil {
		return err // says more than the cancelled wait
	}
	return nil
}

// retryingBody is the body of a range. After an error it opens the rest of the range again.
type retryingBody struct {
	source      *retryingSource
	ctx         context.Context
	object      source.Object
	body        io.ReadCloser
	offset, end int64
	failures    int
}

func (r *retryingBody) open() error {
	for {
		body, err := r.source.Source.Read(r.ctx, r.object, r.offset, r.end-r.offset)
		if err == nil {
			r.body = body
			return nil
		}
		if err := r.retry(err); err != nil {
			return err
		}
	}
}

func (r *retryingBody) retry(err error) error {
	if err := r.source.waitBeforeRetry(r.ctx, r.object.Ref, r.failures, err); err != nil {
		return err
	}
	r.failures++
	return nil
}

func (r *retryingBody) Read(p []byte) (int, error) {
	if r.offset == r.end {
		return 0, io.EOF
	}
	if r.body == nil {
		if err := r.open(); err != nil {
			return 0, err
		}
	}
	n, err := r.body.Read(p)
	r.offset += int64(n)
	if n > 0 {
		r.failures = 0
	}
	if err == nil || r.offset == r.end {
		return n, nil
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	// Release the slot and the connection before the wait.
	_ = r.Close() // the body has failed already
	return n, r.retry(err)
}

func (r *retryingBody) Close() error {
	if r.body == nil {
		return nil
	}
	err := r.body.Close()
	r.body = nil
	return err
}
