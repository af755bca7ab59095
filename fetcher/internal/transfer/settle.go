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

// Settling waits for an identity that is not ready: its token is not there, or
// the cloud does not know yet what it may do. Both clouds take seconds, now
// and then a minute, to act on a grant that was made with the pod.
type Settling struct {
	// Until is when the patience ends, for all requests of a run together.
	Until time.Time
	// Principal names the identity, once there is one; may be nil.
	Principal func(context.Context) string
	Log       *slog.Logger

	mutex  sync.Mutex
	waited time.Time
}

// settlingPace is between the tries: a grant that is there is used soon, and
// the store is not asked more than it has to be.
var settlingPace = Backoff{Base: 500 * time.Millisecond, Cap: 5 * time.Second}

// Do tries until what it tries is no more refused for want of an identity, or
// the patience ends. The error is that of the last try.
func (s *Settling) Do(ctx context.Context, try func() error) error {
	for n := 0; ; n++ {
		err := try()
		if err == nil {
			s.settled()
			return nil
		}
		if fetcherr.KindOf(err) != fetcherr.Unsettled {
			return err
		}
		s.told(ctx, err)
		left := time.Until(s.Until)
		if left <= 0 || Wait(ctx, min(settlingPace.Delay(n), left)) != nil {
			return err
		}
	}
}

// told logs the first refusal of a run: the others are the same.
func (s *Settling) told(ctx context.Context, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.waited.IsZero() {
		return
	}
	s.waited = time.Now()
	attributes := []any{"atMost", time.Until(s.Until).Round(time.Millisecond).String(), "error", err.Error()}
	if s.Principal != nil {
		attributes = append(attributes, "principal", s.Principal(ctx))
	}
	s.Log.Warn("not allowed; a grant or a token may be on its way and is waited for", attributes...)
}

func (s *Settling) settled() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if !s.waited.IsZero() {
		s.Log.Info("the identity is ready", "waited", time.Since(s.waited).Round(time.Millisecond).String())
		s.waited = time.Time{}
	}
}

// Settle has the source's requests wait for the identity.
func Settle(src source.Source, settling *Settling) source.Source {
	return &settler{Source: src, settling: settling}
}

type settler struct {
	source.Source
	settling *Settling
}

func (s *settler) Stat(ctx context.Context, ref source.Ref) (object source.Object, err error) {
	err = s.settling.Do(ctx, func() error {
		object, err = s.Source.Stat(ctx, ref)
		return err
	})
	return object, err
}

func (s *settler) Read(ctx context.Context, object source.Object, offset, length int64) (body io.ReadCloser, err error) {
	err = s.settling.Do(ctx, func() error {
		body, err = s.Source.Read(ctx, object, offset, length)
		return err
	})
	return body, err
}
