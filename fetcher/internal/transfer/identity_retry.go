package transfer

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
)

// IdentityRetry retries while the identity is not ready: its token is missing, or a new permission has not taken effect
// yet. In both clouds this takes seconds, sometimes a minute.
type IdentityRetry struct {
	// Deadline ends the retries, for all requests of a run together.
	Deadline time.Time
	// Wait limits the retries of a range that is refused after Deadline: a token has expired, or a grant is replaced,
	// while a long download is running.
	Wait time.Duration
	// Principal returns the name of the identity for the log. It may be nil.
	Principal func(context.Context) string
	Log       *slog.Logger

	mutex        sync.Mutex
	waitingSince time.Time
}

// identityBackoff is short, so that a new permission is noticed soon.
var identityBackoff = Backoff{Base: 500 * time.Millisecond, Cap: 5 * time.Second}

// Do calls try until it succeeds, fails with another kind than fetcherr.IdentityNotReady, or Deadline has passed. It
// returns the last error.
func (r *IdentityRetry) Do(ctx context.Context, try func() error) error {
	return r.doUntil(ctx, r.Deadline, try)
}

func (r *IdentityRetry) doUntil(ctx context.Context, deadline time.Time, try func() error) error {
	for n := 0; ; n++ {
		err := try()
		if err == nil {
			r.logReady()
			return nil
		}
		if fetcherr.KindOf(err) != fetcherr.IdentityNotReady {
			return err
		}
		remaining := time.Until(deadline)
		r.logFirstRefusal(ctx, remaining, err)
		if remaining <= 0 || Sleep(ctx, min(identityBackoff.Delay(n), remaining)) != nil {
			return err
		}
	}
}

// logFirstRefusal logs only the first refusal of a run, because all have the same cause.
func (r *IdentityRetry) logFirstRefusal(ctx context.Context, remaining time.Duration, err error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.waitingSince.IsZero() {
		return
	}
	r.waitingSince = time.Now()
	attributes := []any{"atMost", remaining.Round(time.Millisecond).String(), "error", err.Error()}
	if r.Principal != nil {
		attributes = append(attributes, "principal", r.Principal(ctx))
	}
	r.Log.Warn("permission denied, retrying: a grant or a token may not have taken effect yet", attributes...)
}

func (r *IdentityRetry) logReady() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.waitingSince.IsZero() {
		r.Log.Info("the identity is ready", "waited", time.Since(r.waitingSince).Round(time.Millisecond).String())
		r.waitingSince = time.Time{}
	}
}

// WithIdentityRetry applies the retry to the requests of src.
func WithIdentityRetry(src source.Source, retry *IdentityRetry) source.Source {
	return &identityRetrySource{Source: src, retry: retry}
}

type identityRetrySource struct {
	source.Source
	retry *IdentityRetry
}

func (s *identityRetrySource) Stat(ctx context.Context, ref source.Ref) (object source.Object, err error) {
	err = s.retry.Do(ctx, func() error {
		object, err = s.Source.Stat(ctx, ref)
		return err
	})
	return object, err
}

func (s *identityRetrySource) Read(ctx context.Context, object source.Object, offset, length int64) (body io.ReadCloser, err error) {
	deadline := s.retry.Deadline
	if extended := time.Now().Add(s.retry.Wait); extended.After(deadline) {
		deadline = extended
	}
	err = s.retry.doUntil(ctx, deadline, func() error {
		body, err = s.Source.Read(ctx, object, offset, length)
		return err
	})
	return body, err
}
