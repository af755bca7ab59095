package transfer_test

import (
	"errors"
	"io"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

// tokenBucket refuses requests above a rate, as a prefix of S3 does. It has tokens for one second at most.
type tokenBucket struct {
	mutex     sync.Mutex
	perSecond float64
	tokens    float64
	last      time.Time
	requests  int
}

func (b *tokenBucket) take() error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.requests++
	now := time.Now()
	b.tokens = min(b.tokens+now.Sub(b.last).Seconds()*b.perSecond, b.perSecond)
	b.last = now
	if b.tokens < 1 {
		return errSlowDown()
	}
	b.tokens--
	return nil
}

// Clients start at once, and Stat opens the object. None gives up, and the store is seldom idle: busy is how long it
// needs for all requests. The times are those of a fake clock, in which only waiting takes time. docs/performance.md
// has the figures of -v.
func TestWithThrottling_fleet(t *testing.T) {
	tests := []struct {
		name                 string
		clients, reads, rate int
		busy                 time.Duration
	}{
		{"make bench-fleet, 4.1 MB", 200, 0, 50, 3 * time.Second},
		{"10,000 pods, file of 4.1 MB or archive", 10_000, 0, 5500, 818 * time.Millisecond},
		{"10,000 pods, file of 450 MB", 10_000, 6, 5500, 11727 * time.Millisecond},
		{"10,000 pods, a tenth of the rate", 10_000, 0, 550, 17182 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bucket := &tokenBucket{perSecond: float64(tt.rate), tokens: float64(tt.rate), last: time.Now()}
				src := randomSource(10)
				src.onRead = func(int64) (io.ReadCloser, error) { return nil, bucket.take() }
				errs, done := make([]error, tt.clients), make([]time.Duration, tt.clients)
				began := time.Now()
				var clients sync.WaitGroup
				for i := range tt.clients {
					clients.Go(func() {
						client := transfer.WithRetries(transfer.WithThrottling(src, newThrottling()), threeAttempts, discardLogger)
						_, errs[i] = client.Stat(t.Context(), source.Ref{})
						for range tt.reads {
							_, err := client.Read(t.Context(), src.object(), 0, 10)
							errs[i] = errors.Join(errs[i], err)
						}
						done[i] = time.Since(began)
					})
				}
				clients.Wait()
				require.NoError(t, errors.Join(errs...))
				slices.Sort(done)
				last := done[len(done)-1]
				t.Logf("median %.1f s, last %.1f s, %.1f requests of each client", done[len(done)/2].Seconds(), last.Seconds(),
					float64(bucket.requests)/float64(tt.clients))
				require.Less(t, last, tt.busy+4*time.Second, "the last client waits for the store, or sleeps 3 s when it is idle")
			})
		})
	}
}
