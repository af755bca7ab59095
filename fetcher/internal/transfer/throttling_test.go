package transfer_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

func errSlowDown() *fetcherr.Error {
	return fetcherr.New(fetcherr.Transient, "503 SlowDown").WithThrottled(true)
}

func newThrottling() *transfer.Throttling {
	return &transfer.Throttling{
		Backoff:       transfer.Backoff{Base: time.Second, Cap: 3 * time.Second},
		MaxRetryAfter: 2 * time.Minute, Log: discardLogger,
	}
}

func TestWithThrottling_contextEndsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
		defer cancel()
		src := randomSource(10)
		src.onRead = func(int64) (io.ReadCloser, error) { return nil, errSlowDown() }
		client := transfer.WithRetries(transfer.WithThrottling(src, newThrottling()), threeAttempts, discardLogger)
		began := time.Now()
		_, err := client.Read(ctx, src.object(), 0, 10)
		require.Equal(t, 10*time.Minute, time.Since(began))
		require.True(t, fetcherr.IsThrottled(err), "the error says why the time was not enough")
		// Full jitter below 3 s is 1.5 s on average.
		require.InDelta(t, 400, src.reads.Load(), 80)
		_, err = client.Stat(ctx, source.Ref{})
		require.True(t, fetcherr.IsThrottled(err))
		require.Equal(t, 10*time.Minute, time.Since(began))
	})
}

func TestWithThrottling_waits(t *testing.T) {
	tests := []struct {
		name             string
		err              error
		minimum, maximum time.Duration
	}{
		{"backoff", errSlowDown(), 0, time.Second + 2*time.Second + 3*time.Second},
		{"jitter after Retry-After", errSlowDown().WithRetryAfter(20 * time.Second), time.Minute + 1, time.Minute + 6*time.Second},
		{"a short Retry-After does not shorten the backoff", errSlowDown().WithRetryAfter(time.Nanosecond), 3, 6 * time.Second},
		{"up to the maximum", errSlowDown().WithRetryAfter(time.Hour), 6 * time.Minute, 6*time.Minute + 6*time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := randomSource(10)
				src.onRead = func(int64) (io.ReadCloser, error) {
					if src.reads.Load() <= 3 {
						return nil, tt.err
					}
					return nil, nil //nolint:nilnil // the source answers
				}
				throttling := newThrottling()
				require.False(t, throttling.Throttled())
				began := time.Now()
				_, err := transfer.WithThrottling(src, throttling).Read(t.Context(), src.object(), 0, 10)
				require.NoError(t, err)
				require.True(t, throttling.Throttled())
				require.GreaterOrEqual(t, time.Since(began), tt.minimum)
				require.LessOrEqual(t, time.Since(began), tt.maximum)
			})
		})
	}
}

// Other errors have limits of their own: see WithRetries.
func TestWithThrottling_passesOtherErrors(t *testing.T) {
	src := randomSource(10)
	src.onRead = func(int64) (io.ReadCloser, error) { return nil, fetcherr.New(fetcherr.Transient, "500") }
	throttling := newThrottling()
	_, err := transfer.WithThrottling(src, throttling).Read(t.Context(), src.object(), 0, 10)
	require.ErrorContains(t, err, "500")
	require.EqualValues(t, 1, src.reads.Load())
	require.False(t, throttling.Throttled())
}

func TestFile_fewRequestsOfThrottledStore(t *testing.T) {
	tests := []struct {
		name       string
		throttling *transfer.Throttling
		requests   int64
	}{
		{"unknown", nil, 4},
		{"not throttled", newThrottling(), 4},
		{"throttled", throttled(t), 1},
	}
	for _, tt := range tests {
		src := randomSource(4000)
		file, err := os.Create(filepath.Join(t.TempDir(), "f"))
		require.NoError(t, err)
		_, err = transfer.File(t.Context(), src, src.object(), file, transfer.FileOptions{
			MinRange: 1000, Parallel: 4, Throttling: tt.throttling,
		})
		require.NoError(t, err)
		require.NoError(t, file.Close())
		require.Equal(t, tt.requests, src.reads.Load(), tt.name)
	}
}

// throttled returns the state after a refusal.
func throttled(t *testing.T) *transfer.Throttling {
	t.Helper()
	throttling, src := newThrottling(), randomSource(1)
	throttling.Backoff.Cap, throttling.Backoff.Base = 1, 1
	src.onRead = func(int64) (io.ReadCloser, error) {
		if src.reads.Load() == 1 {
			return nil, errSlowDown()
		}
		return nil, nil //nolint:nilnil // the source answers
	}
	_, err := transfer.WithThrottling(src, throttling).Read(t.Context(), src.object(), 0, 1)
	require.NoError(t, err)
	return throttling
}

// The store answers the first part, and refuses the next requests. The rest is joined to one request.
func TestFile_joinsPartsOfThrottledStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := randomSource(8000)
		refusals := 0
		var mutex sync.Mutex
		var answered []int64
		src.onRead = func(offset int64) (io.ReadCloser, error) {
			mutex.Lock()
			defer mutex.Unlock()
			if offset > 0 && refusals < 10 {
				refusals++
				return nil, errSlowDown()
			}
			answered = append(answered, offset)
			return nil, nil //nolint:nilnil // the source answers
		}
		file, err := os.Create(filepath.Join(t.TempDir(), "f"))
		require.NoError(t, err)
		throttling := newThrottling()
		digest, err := transfer.File(t.Context(), transfer.WithThrottling(src, throttling), src.object(), file, transfer.FileOptions{
			MinRange: 1000, Parallel: 8, SHA256: true, Throttling: throttling,
		})
		require.NoError(t, err)
		require.NoError(t, file.Close())
		got, err := os.ReadFile(file.Name())
		require.NoError(t, err)
		require.Equal(t, src.body, got)
		require.Equal(t, wantDigest(src.body), digest)
		// The first part may have been put back, too, before the store's answer arrived.
		require.LessOrEqual(t, len(answered), 3)
	})
}

// What was not requested when the store began to throttle is one request, also if only one at a time is allowed.
func TestStream_restOfThrottledStoreInOneRequest(t *testing.T) {
	for _, before := range []int64{0, 1, 5} {
		src := randomSource(700_001)
		limited := transfer.WithConcurrencyLimit(src, 1)
		checks := int64(0)
		stream := transfer.NewStream(t.Context(), limited, src.object(), transfer.NewBufferPool(4, 1000), transfer.StreamOptions{
			SHA256: true,
			Throttled: func() bool {
				checks++
				return checks > before
			},
		})
		got, err := io.ReadAll(stream)
		require.NoError(t, err)
		require.Equal(t, src.body, got)
		require.Equal(t, wantDigest(src.body), stream.Digest())
		require.NoError(t, stream.Close())
		require.Equal(t, before+1, src.reads.Load())
		require.Zero(t, src.openBodies.Load())
	}
}

// A stream that is closed before its end releases the buffers of both pools.
func TestStream_closedDuringRest(t *testing.T) {
	src := randomSource(2_000_000)
	buffers := transfer.NewBufferPool(4, 1000)
	for range 3 {
		checks := 0
		stream := transfer.NewStream(t.Context(), src, src.object(), buffers, transfer.StreamOptions{Throttled: func() bool {
			checks++
			return checks > 2
		}})
		_, err := io.ReadFull(stream, make([]byte, 100_000))
		require.NoError(t, err)
		require.NoError(t, stream.Close())
		require.Zero(t, src.openBodies.Load())
	}
	stream := transfer.NewStream(t.Context(), src, src.object(), buffers, transfer.StreamOptions{})
	got, err := io.ReadAll(stream)
	require.NoError(t, err)
	require.Equal(t, src.body, got)
	require.NoError(t, stream.Close())
}

// A single refusal does not make a run slow for hours.
func TestThrottling_ends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		throttling := throttled(t)
		require.ErrorContains(t, throttling.LastRefusal(), "503 SlowDown")
		time.Sleep(2 * time.Minute)
		require.True(t, throttling.Throttled())
		time.Sleep(4 * time.Second)
		require.False(t, throttling.Throttled())
	})
}
