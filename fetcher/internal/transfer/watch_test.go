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

// stuck never brings a byte; it ends with its request's context.
type stuck struct{ ctx context.Context }

func (s stuck) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}
func (stuck) Close() error { return nil }

type stuckSource struct{ *memory }

func (stuckSource) Read(ctx context.Context, _ source.Object, _, _ int64) (io.ReadCloser, error) {
	return stuck{ctx}, nil
}

func TestWatchEndsAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		watched := transfer.Watch(stuckSource{noise(1)}, 20*time.Second)
		began := time.Now()
		reader, err := watched.Read(t.Context(), source.Object{}, 0, 1)
		require.NoError(t, err)
		time.Sleep(time.Hour) // time between reads is the reader's own
		_, err = reader.Read(make([]byte, 1))
		require.ErrorContains(t, err, "memory://: no byte for 20s")
		require.Equal(t, fetcherr.Transient, fetcherr.KindOf(err))
		require.Equal(t, time.Hour+20*time.Second, time.Since(began))
		require.NoError(t, reader.Close())
	})
}

func TestWatchDoesNotCountTheReadersTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := noise(2)
		reader, err := transfer.Watch(kept{src}, time.Second).Read(t.Context(), src.object(), 0, 2)
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

// kept is a source whose requests end with their context, as real ones do.
type kept struct{ *memory }

func (k kept) Read(ctx context.Context, object source.Object, offset, length int64) (io.ReadCloser, error) {
	body, err := k.memory.Read(ctx, object, offset, length)
	return bound{body, ctx}, err
}

type bound struct {
	io.ReadCloser
	ctx context.Context
}

func (b bound) Read(p []byte) (int, error) {
	if b.ctx.Err() != nil {
		return 0, b.ctx.Err()
	}
	return b.ReadCloser.Read(p)
}

func TestWatchLeavesAStopAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		reader, err := transfer.Watch(stuckSource{noise(1)}, time.Hour).Read(ctx, source.Object{}, 0, 1)
		require.NoError(t, err)
		time.AfterFunc(time.Second, cancel)
		_, err = reader.Read(make([]byte, 1))
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, fetcherr.Interrupted, fetcherr.KindOf(err))
		require.NoError(t, reader.Close())
	})
}

// trickle brings a byte each pause.
type trickle struct {
	body  []byte
	pause time.Duration
}

func (t *trickle) Read(p []byte) (int, error) {
	if len(t.body) == 0 {
		return 0, io.EOF
	}
	time.Sleep(t.pause)
	n := copy(p[:1], t.body)
	t.body = t.body[n:]
	return n, nil
}

func (*trickle) Close() error { return nil }

// paced lets each read of the next range take its pause a byte.
func paced(pauses []time.Duration) *memory {
	src := noise(100 * len(pauses))
	src.meet = func(offset int64) (io.ReadCloser, error) {
		pause := pauses[offset/100]
		return &trickle{body: src.body[offset:min(offset/100*100+100, int64(len(src.body)))], pause: pause}, nil
	}
	return src
}

// The fifth range brings one byte a second where 100 are usual: it goes on at
// its byte over another connection.
func TestARangeFarBelowTheOthersIsReadOverAnotherConnection(t *testing.T) {
	const usual, slow = 10 * time.Millisecond, time.Second
	tests := []struct {
		name   string
		pauses []time.Duration
		reads  int64
	}{
		{"one far below", []time.Duration{usual, usual, usual, usual, slow}, 6},
		{"one a little below", []time.Duration{usual, usual, usual, usual, 5 * usual}, 5},
		{"too few to tell", []time.Duration{usual, usual, slow}, 3},
		{"all of them slow", []time.Duration{slow, slow, slow, slow, slow}, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := paced(tt.pauses)
				watched := transfer.Watch(src, time.Minute)
				resumed := transfer.Resume(watched, patience, quiet)
				for i := range tt.pauses {
					reader, err := resumed.Read(t.Context(), src.object(), int64(100*i), 100)
					require.NoError(t, err)
					first := make([]byte, 2)
					_, err = io.ReadFull(reader, first)
					require.NoError(t, err)
					if i == 4 && tt.reads == 6 {
						tt.pauses[i] = usual // whatever connection comes next
					}
					rest, err := io.ReadAll(reader)
					require.NoError(t, err)
					require.Equal(t, src.body[100*i:100*i+100], append(first, rest...))
					require.NoError(t, reader.Close())
				}
				require.Equal(t, tt.reads, src.read.Load(), fmt.Sprint(tt.pauses))
			})
		})
	}
}
