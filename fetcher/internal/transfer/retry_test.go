package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

func TestWithConcurrencyLimit_limitsOpenBodies(t *testing.T) {
	src := randomSource(10)
	limited := transfer.WithConcurrencyLimit(src, 2)
	first, err := limited.Read(t.Context(), src.object(), 0, 1)
	require.NoError(t, err)
	second, err := limited.Read(t.Context(), src.object(), 0, 1)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = limited.Read(ctx, src.object(), 0, 1)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, first.Close())
	_, err = limited.Read(t.Context(), src.object(), 0, 1)
	require.NoError(t, err)
	require.NoError(t, second.Close())
	require.NoError(t, second.Close(), "a second Close must not free a second slot")
	third, err := limited.Read(t.Context(), src.object(), 0, 1)
	require.NoError(t, err)
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = limited.Read(ctx, src.object(), 0, 1)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, third.Close())
}

// threeAttempts is one round of three attempts.
var threeAttempts = transfer.RetryPolicy{Attempts: 3, ShortBackoff: transfer.Backoff{Base: time.Millisecond, Cap: time.Millisecond}}

func TestWithRetries_givesUpWithoutProgress(t *testing.T) {
	tests := []struct {
		name     string
		err      error
		attempts int64
	}{
		{"transient error", errors.New("reset"), 3},
		{"PermissionDenied", fetcherr.New(fetcherr.PermissionDenied, "403"), 1},
		{"NotFound", fetcherr.New(fetcherr.NotFound, "404"), 1},
		{"ObjectChanged restarts the run", fetcherr.New(fetcherr.ObjectChanged, "412"), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := randomSource(10)
			src.onRead = func(int64) (io.ReadCloser, error) { return nil, tt.err }
			retrying := transfer.WithRetries(src, threeAttempts, discardLogger)
			_, err := retrying.Read(t.Context(), src.object(), 0, 10)
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.attempts, src.reads.Load())
			_, err = retrying.Stat(t.Context(), source.Ref{})
			require.ErrorIs(t, err, tt.err)
		})
	}
}

func TestWithRetries_roundsAndRetryAfter(t *testing.T) {
	tests := []struct {
		name             string
		err              error
		minimum, maximum time.Duration
	}{
		{"the waits are those of the backoffs", errors.New("reset"), 0, 6*time.Second + 10*time.Second + 20*time.Second},
		{"Retry-After is honoured", fetcherr.New(fetcherr.Transient, "503").WithRetryAfter(5 * time.Second),
			8 * 5 * time.Second, 2 * time.Minute},
		{"up to the cap", fetcherr.New(fetcherr.Transient, "503").WithRetryAfter(24 * time.Hour), 8 * time.Minute, 8 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := randomSource(10)
				src.onRead = func(int64) (io.ReadCloser, error) { return nil, tt.err }
				began := time.Now()
				_, err := transfer.WithRetries(src, transfer.RetryPolicy{
					Attempts: 3, ShortBackoff: transfer.Backoff{Base: time.Second, Cap: time.Second},
					Rounds: 2, LongBackoff: transfer.Backoff{Base: 10 * time.Second, Cap: time.Minute},
				}, discardLogger).Read(t.Context(), src.object(), 0, 10)
				require.ErrorIs(t, err, tt.err)
				require.ErrorIs(t, err, transfer.ErrGaveUp)
				require.Equal(t, int64(9), src.reads.Load())
				require.GreaterOrEqual(t, time.Since(began), tt.minimum)
				require.LessOrEqual(t, time.Since(began), tt.maximum)
			})
		})
	}
}

// Each of the first ten reads fails after one byte, which is more failures than attempts in a round.
func TestWithRetries_progressResetsFailures(t *testing.T) {
	src := randomSource(20)
	src.onRead = func(offset int64) (io.ReadCloser, error) {
		if offset >= 10 {
			return nil, nil
		}
		return io.NopCloser(io.MultiReader(bytes.NewReader(src.body[offset:offset+1]), iotest.ErrReader(errors.New("reset")))), nil
	}
	retrying := transfer.WithRetries(src, threeAttempts, discardLogger)
	reader, err := retrying.Read(t.Context(), src.object(), 0, 20)
	require.NoError(t, err)
	got, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.Equal(t, src.body, got)
	require.NoError(t, reader.Close())
}

func TestBackoffDelay_exponentialWithJitterAndCap(t *testing.T) {
	backoff := transfer.Backoff{Base: 10 * time.Second, Cap: time.Minute}
	for n, limit := range []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, time.Minute} {
		var shortest, most time.Duration = time.Hour, 0
		for range 2000 {
			delay := backoff.Delay(n)
			shortest, most = min(shortest, delay), max(most, delay)
		}
		require.Less(t, most, limit)
		require.Greater(t, most, limit*9/10)
		require.Less(t, shortest, limit/10)
	}
	require.Less(t, backoff.Delay(1000), time.Minute)
}

// A range may be refused long after the start of the run; a lookup belongs to the start.
func TestIdentityRetry_rangeAfterDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refusals := 0
		src := randomSource(10)
		src.onRead = func(int64) (io.ReadCloser, error) {
			if refusals > 0 {
				refusals--
				return nil, fetcherr.New(fetcherr.IdentityNotReady, "expired")
			}
			return nil, nil
		}
		retry := &transfer.IdentityRetry{Deadline: time.Now().Add(-time.Hour), Wait: time.Minute, Log: discardLogger}
		limited := transfer.WithIdentityRetry(src, retry)
		refusals = 3
		body, err := limited.Read(t.Context(), src.object(), 0, 10)
		require.NoError(t, err)
		require.NoError(t, body.Close())

		refusals = 1000
		began := time.Now()
		_, err = limited.Read(t.Context(), src.object(), 0, 10)
		require.Equal(t, fetcherr.IdentityNotReady, fetcherr.KindOf(err))
		require.Equal(t, time.Minute, time.Since(began))

		began = time.Now()
		_, err = limited.Stat(t.Context(), source.Ref{})
		require.Equal(t, fetcherr.IdentityNotReady, fetcherr.KindOf(err))
		require.Zero(t, time.Since(began))
	})
}
