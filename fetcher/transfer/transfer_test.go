package transfer_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/fault"
	"github.com/modelferry/modelferry/fetcher/source"
	"github.com/modelferry/modelferry/fetcher/transfer"
)

// memory is a source of one object, for what needs no server: order, memory
// and time. meet, when set, is asked before each read.
type memory struct {
	body []byte
	meet func(offset int64) (io.ReadCloser, error)
	open atomic.Int64
	most atomic.Int64
	read atomic.Int64
}

func (m *memory) object() source.Object { return source.Object{Size: int64(len(m.body))} }

func (m *memory) URL(source.Ref) string { return "memory://" }

func (m *memory) Stat(context.Context, source.Ref) (source.Object, error) {
	if m.meet != nil {
		if _, err := m.meet(-1); err != nil {
			return source.Object{}, err
		}
	}
	return m.object(), nil
}

func (m *memory) Read(_ context.Context, _ source.Object, offset, length int64) (io.ReadCloser, error) {
	m.read.Add(1)
	if m.meet != nil {
		if body, err := m.meet(offset); body != nil || err != nil {
			return body, err
		}
	}
	m.most.Store(max(m.most.Load(), m.open.Add(1)))
	return &opened{Reader: bytes.NewReader(m.body[offset : offset+length]), memory: m}, nil
}

type opened struct {
	io.Reader
	memory *memory
}

func (o *opened) Close() error {
	o.memory.open.Add(-1)
	return nil
}

func noise(n int) *memory {
	body := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(body) // never fails
	return &memory{body: body}
}

func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

var quiet = slog.New(slog.DiscardHandler)

// sizes are those around a part of 1000 bytes, with 4 at once.
var sizes = []int{1, 999, 1000, 1001, 3999, 4000, 4001, 25_017}

func TestAFileIsWholeAndHashed(t *testing.T) {
	for _, size := range sizes {
		src := noise(size)
		file, err := os.Create(filepath.Join(t.TempDir(), "f"))
		require.NoError(t, err)
		defer file.Close()
		got, err := transfer.File(t.Context(), src, src.object(), file, 1000, 4)
		require.NoError(t, err)
		require.Equal(t, digest(src.body), got)
		body, err := os.ReadFile(file.Name())
		require.NoError(t, err)
		require.Equal(t, src.body, body)
		require.Zero(t, src.open.Load())
		require.LessOrEqual(t, src.most.Load(), int64(4))
	}
}

func TestAStreamIsInOrderAndHashed(t *testing.T) {
	for _, size := range sizes {
		src := noise(size)
		buffers := transfer.NewBuffers(4, 1000)
		stream := transfer.NewStream(t.Context(), src, src.object(), buffers)
		got, err := io.ReadAll(iotest.OneByteReader(stream))
		require.NoError(t, err)
		require.Equal(t, src.body, got)
		require.Equal(t, digest(src.body), stream.Digest())
		require.NoError(t, stream.Err())
		require.NoError(t, stream.Close())
		require.Zero(t, src.open.Load())
	}
}

// A consumer that does not read holds the source back: memory is the window.
func TestAStreamReadsAheadNoFurtherThanItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := noise(100_000)
		stream := transfer.NewStream(t.Context(), src, src.object(), transfer.NewBuffers(4, 1000))
		synctest.Wait()
		require.Equal(t, int64(4), src.read.Load())
		_, err := io.ReadFull(stream, make([]byte, 1001))
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, int64(5), src.read.Load())
		require.NoError(t, stream.Close())
	})
}

// Streams share their buffers; one that is left alone must not stop the rest,
// and all buffers come back.
func TestStreamsShareTheirBuffers(t *testing.T) {
	buffers := transfer.NewBuffers(3, 1000)
	for range 20 { // after an early Close as well as after a whole read
		src := noise(50_000)
		first := transfer.NewStream(t.Context(), src, src.object(), buffers)
		_, err := io.ReadFull(first, make([]byte, 10))
		require.NoError(t, err)
		require.NoError(t, first.Close())
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() {
				stream := transfer.NewStream(t.Context(), src, src.object(), buffers)
				defer stream.Close()
				got, err := io.ReadAll(stream)
				if err != nil || !bytes.Equal(got, src.body) {
					t.Errorf("%d bytes, %v", len(got), err)
				}
			})
		}
		group.Wait()
	}
}

func TestAnErrorOfOneRangeEndsTheWhole(t *testing.T) {
	denied := fault.New(fault.Denied, "no grant")
	src := noise(50_000)
	src.meet = func(offset int64) (io.ReadCloser, error) {
		if offset == 20_000 {
			return nil, denied
		}
		return nil, nil
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	defer file.Close()
	_, err = transfer.File(t.Context(), src, src.object(), file, 1000, 4)
	require.ErrorIs(t, err, denied)

	stream := transfer.NewStream(t.Context(), src, src.object(), transfer.NewBuffers(4, 1000))
	defer stream.Close()
	got, err := io.ReadAll(stream)
	require.ErrorIs(t, err, denied)
	require.ErrorIs(t, stream.Err(), denied)
	require.LessOrEqual(t, len(got), 20_000)
}

func TestACancelledTransferIsNotAWholeOne(t *testing.T) {
	src := noise(5000)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	stream := transfer.NewStream(ctx, src, src.object(), transfer.NewBuffers(8, 1000))
	defer stream.Close()
	_, err := io.ReadAll(stream)
	require.ErrorIs(t, err, context.Canceled)
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	defer file.Close()
	src.meet = func(int64) (io.ReadCloser, error) { return nil, ctx.Err() }
	_, err = transfer.File(ctx, src, src.object(), file, 1000, 4)
	require.ErrorIs(t, err, context.Canceled)
}

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

func TestResumeGivesUpOnWhatBringsNothing(t *testing.T) {
	tests := []struct {
		name  string
		err   error
		tries int64
	}{
		{"a transient fault is tried so often", errors.New("reset"), 3},
		{"a denial is not tried again", fault.New(fault.Denied, "403"), 1},
		{"nor what is missing", fault.New(fault.Missing, "404"), 1},
		{"a change is for the whole run", fault.New(fault.Changed, "412"), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := noise(10)
			src.meet = func(int64) (io.ReadCloser, error) { return nil, tt.err }
			resumed := transfer.Resume(src, 3, transfer.Backoff{Base: time.Millisecond, Cap: time.Millisecond}, quiet)
			_, err := resumed.Read(t.Context(), src.object(), 0, 10)
			require.ErrorIs(t, err, tt.err)
			require.Equal(t, tt.tries, src.read.Load())
			_, err = resumed.Stat(t.Context(), source.Ref{})
			require.ErrorIs(t, err, tt.err)
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
	resumed := transfer.Resume(src, 3, transfer.Backoff{Base: time.Millisecond, Cap: time.Millisecond}, quiet)
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
		require.Equal(t, fault.Transient, fault.KindOf(err))
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
		require.Equal(t, fault.Interrupted, fault.KindOf(err))
		require.NoError(t, reader.Close())
	})
}
