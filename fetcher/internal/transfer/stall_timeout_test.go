package transfer_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

// stuckBody never receives a byte. Its Read returns when the request's context is cancelled.
type stuckBody struct{ ctx context.Context }

func (s stuckBody) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}
func (stuckBody) Close() error { return nil }

type stuckSource struct{ *memorySource }

func (stuckSource) Read(ctx context.Context, _ source.Object, _, _ int64) (io.ReadCloser, error) {
	return stuckBody{ctx}, nil
}

func TestWithStallTimeout_stalledReadFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		watched := transfer.WithStallTimeout(stuckSource{randomSource(1)}, 20*time.Second)
		began := time.Now()
		reader, err := watched.Read(t.Context(), source.Object{}, 0, 1)
		require.NoError(t, err)
		time.Sleep(time.Hour) // time between reads does not count
		_, err = reader.Read(make([]byte, 1))
		require.ErrorContains(t, err, "memory://: no data received for 20s")
		require.Equal(t, fetcherr.Transient, fetcherr.KindOf(err))
		require.Equal(t, time.Hour+20*time.Second, time.Since(began))
		require.NoError(t, reader.Close())
	})
}

func TestWithStallTimeout_ignoresTimeBetweenReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := randomSource(2)
		reader, err := transfer.WithStallTimeout(contextSource{src}, time.Second).Read(t.Context(), src.object(), 0, 2)
		require.NoError(t, err)
		for range 2 {
			_, err = reader.Read(make([]byte, 1))
			require.NoError(t, err)
			time.Sleep(time.Hour)
		}
		_, err = reader.Read(make([]byte, 1))
		require.Equal(t, io.EOF, err)
		require.NoError(t, reader.Close())
	})
}

// contextSource is a source whose bodies fail when the request's context is cancelled, as those of real sources do.
type contextSource struct{ *memorySource }

func (s contextSource) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	body, err := s.memorySource.Read(ctx, object, offset, length)
	return contextBody{body, ctx}, err
}

type contextBody struct {
	io.ReadCloser
	ctx context.Context
}

func (b contextBody) Read(p []byte) (int, error) {
	if b.ctx.Err() != nil {
		return 0, b.ctx.Err()
	}
	return b.ReadCloser.Read(p)
}

func TestWithStallTimeout_keepsCancellation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		reader, err := transfer.WithStallTimeout(stuckSource{randomSource(1)}, time.Hour).Read(ctx, source.Object{}, 0, 1)
		require.NoError(t, err)
		time.AfterFunc(time.Second, cancel)
		_, err = reader.Read(make([]byte, 1))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, fetcherr.Interrupted, fetcherr.KindOf(err))
		require.NoError(t, reader.Close())
	})
}

// slowBody receives a byte after each delay.
type slowBody struct {
	body  []byte
	delay time.Duration
}

func (s *slowBody) Read(p []byte) (int, error) {
	if len(s.body) == 0 {
		return 0, io.EOF
	}
	time.Sleep(s.delay)
	n := copy(p[:1], s.body)
	s.body = s.body[n:]
	return n, nil
}

func (*slowBody) Close() error { return nil }

// slowRanges returns a source whose range number i has the delay number i between its bytes.
func slowRanges(delays []time.Duration) *memorySource {
	src := randomSource(100 * len(delays))
	src.onRead = func(offset int64) (io.ReadCloser, error) {
		delay := delays[offset/100]
		return &slowBody{body: src.body[offset:min(offset/100*100+100, int64(len(src.body)))], delay: delay}, nil
	}
	return src
}

// The fifth range receives one byte per second instead of 100: it resumes on another connection.
func TestWithStallTimeout_replacesSlowConnection(t *testing.T) {
	const usual, slow = 10 * time.Millisecond, time.Second
	tests := []struct {
		name   string
		pauses []time.Duration
		reads  int64
	}{
		{"one is far slower", []time.Duration{usual, usual, usual, usual, slow}, 6},
		{"one is a little slower", []time.Duration{usual, usual, usual, usual, 5 * usual}, 5},
		{"too few samples", []time.Duration{usual, usual, slow}, 3},
		{"all are slow", []time.Duration{slow, slow, slow, slow, slow}, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := slowRanges(tt.pauses)
				watched := transfer.WithStallTimeout(src, time.Minute)
				retrying := transfer.WithRetries(watched, threeAttempts, discardLogger)
				for i := range tt.pauses {
					reader, err := retrying.Read(t.Context(), src.object(), int64(100*i), 100)
					require.NoError(t, err)
					first := make([]byte, 2)
					_, err = io.ReadFull(reader, first)
					require.NoError(t, err)
					if i == 4 && tt.reads == 6 {
						tt.pauses[i] = usual // the next connection is not slow
					}
					rest, err := io.ReadAll(reader)
					require.NoError(t, err)
					require.Equal(t, src.body[100*i:100*i+100], append(first, rest...))
					require.NoError(t, reader.Close())
				}
				require.Equal(t, tt.reads, src.reads.Load(), fmt.Sprint(tt.pauses))
			})
		})
	}
}
