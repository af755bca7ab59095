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

// IdentityRetry waits for an identity that is not ready: its token is not there, or
// the cloud does not know yet what it may do. Both clouds take seconds, now
// and then a minute, to act on a grant that was made with the pod.
type IdentityRetry struct {
	// Deadline is when the patience ends, for all requests of a run together.
	Deadline time.Time
	// Principal names the identity, once there is one; may be nil.
	Principal func(context.Context) string
	Log       *slog.Logger

	mutex        sync.Mutex
	waitingSince time.Time
}

// identityBackoff is between the tries: a grant that is there is used soon, and
// the store is not asked more than it has to be.
var identityBackoff = Backoff{Base: 500 * time.Millisecond, Cap: 5 * time.Second}

// Do tries until what it tries is no more refused for want of an identity, or
// the patience ends. The error is that of the last try.
func (s *IdentityRetry) Do(ctx context.Context, try func() error) error {
	for n := 0; ; n++ {
		err := try()
		if err == nil {
			s.logReady()
			return nil
		}
		if fetcherr.KindOf(err) != fetcherr.IdentityNotReady {
			return err
		}
		s.logFirstRefusal(ctx, err)
		left := time.Until(s.Deadline)
		if left <= 0 || Sleep(ctx, min(identityBackoff.Delay(n), left)) != nil {
			return err
		}
	}
}

// logFirstRefusal logs the first refusal of a run: the others are the same.
func (s *IdentityRetry) logFirstRefusal(ctx context.Context, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.waitingSince.IsZero() {
		return
	}
	s.waitingSince = time.Now()
	attributes := []any{"atMost", time.Until(s.Deadline).Round(time.Millisecond).String(), "error", err.Error()}
	if s.Principal != nil {
		attributes = append(attributes, "principal", s.Principal(ctx))
	}
	s.Log.Warn("permission denied, retrying: a grant or a token may not have taken effect yet", attributes...)
}

func (s *IdentityRetry) logReady() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.waitingSince.IsZero() {
		s.Log.Info("the identity is ready", "waited", time.Since(s.waitingSince).Round(time.Millisecond).String())
		s.waitingSince = time.Time{}
	}
}

// WithIdentityRetry has the source's requests wait for the identity.
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
	err = s.retry.Do(ctx, func() error {
		body, err = s.Source.Read(ctx, object, offset, length)
		return err
	})
	return body, err
}
