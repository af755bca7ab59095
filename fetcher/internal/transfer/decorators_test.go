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

func TestLimitKeepsToItsSlots(t *testing.T) {
	src := noise(10)
	limited := transfer.Limit(src, 2)
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
	require.NoError(t, second.Close(), "a second Close gives no second slot")
	third, err := limited.Read(t.Context(), src.object(), 0, 1)
	require.NoError(t, err)
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err = limited.Read(ctx, src.object(), 0, 1)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.NoError(t, third.Close())
}

// patience is three quick tries, and no round of them more.
var patience = transfer.Patience{Tries: 3, Quick: transfer.Backoff{Base: time.Millisecond, Cap: time.Millisecond}}

func TestResumeGivesUpOnWhatBringsNothing(t *testing.T) {
	tests := []struct {
		name  string
		err   error
		tries int64
	}{
		{"a transient fault is tried so often", errors.New("reset"), 3},
		{"a denial is not tried again", fetcherr.New(fetcherr.Denied, "403"), 1},
		{"nor what is missing", fetcherr.New(fetcherr.Missing, "404"), 1},
		{"a change is for the whole run", fetcherr.New(fetcherr.Changed, "412"), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := noise(10)
			src.meet = func(int64) (io.ReadCloser, error) { return nil, tt.err }
			resumed := transfer.Resume(src, patience, quiet)
			_, err := resumed.Read(t.Context(), src.object(), 0, 10)
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.tries, src.read.Load())
			_, err = resumed.Stat(t.Context(), source.Ref{})
			require.ErrorIs(t, err, tt.err)
		})
	}
}

// Rounds of quick tries, with long waits between them: that is what a store's
// bad minute takes. A wait is at most Slow's, or what the store asks for.
func TestResumeTriesInRounds(t *testing.T) {
	tests := []struct {
		name        string
		err         error
		least, most time.Duration
	}{
		{"the waits are those of the backoffs", errors.New("reset"), 0, 6*time.Second + 10*time.Second + 20*time.Second},
		{"Retry-After is honoured", fetcherr.New(fetcherr.Transient, "503").Later(5 * time.Second), 8 * 5 * time.Second, 2 * time.Minute},
		{"up to the cap", fetcherr.New(fetcherr.Transient, "503").Later(24 * time.Hour), 8 * time.Minute, 8 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := noise(10)
				src.meet = func(int64) (io.ReadCloser, error) { return nil, tt.err }
				began := time.Now()
				_, err := transfer.Resume(src, transfer.Patience{
					Tries: 3, Quick: transfer.Backoff{Base: time.Second, Cap: time.Second},
					Rounds: 2, Slow: transfer.Backoff{Base: 10 * time.Second, Cap: time.Minute},
				}, quiet).Read(t.Context(), src.object(), 0, 10)
				require.ErrorIs(t, err, tt.err)
				require.ErrorIs(t, err, transfer.ErrGaveUp)
				require.Equal(t, int64(9), src.read.Load())
				require.GreaterOrEqual(t, time.Since(began), tt.least)
				require.LessOrEqual(t, time.Since(began), tt.most)
			})
		})
	}
}

// Ten breaks with a byte each between them are outlived by three tries.
func TestResumeCountsOnlyTriesInVain(t *testing.T) {
	src := noise(20)
	src.meet = func(offset int64) (io.ReadCloser, error) {
		if offset >= 10 {
			return nil, nil
		}
		return io.NopCloser(io.MultiReader(bytes.NewReader(src.body[offset:offset+1]), iotest.ErrReader(errors.New("reset")))), nil
	}
	resumed := transfer.Resume(src, patience, quiet)
	reader, err := resumed.Read(t.Context(), src.object(), 0, 20)
	require.NoError(t, err)
	got, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.Equal(t, src.body, got)
	require.NoError(t, reader.Close())
}

func TestBackoffIsExponentialWithFullJitterAndACap(t *testing.T) {
	backoff := transfer.Backoff{Base: 10 * time.Second, Cap: time.Minute}
	for n, longest := range []time.Duration{10 * time.Second, 20 * time.Second, 40 * time.Second, time.Minute, time.Minute} {
		var least, most time.Duration = time.Hour, 0
		for range 2000 {
			delay := backoff.Delay(n)
			least, most = min(least, delay), max(most, delay)
		}
		require.Less(t, most, longest)
		require.Greater(t, most, longest*9/10)
		require.Less(t, least, longest/10)
	}
	require.Less(t, backoff.Delay(1000), time.Minute)
}
