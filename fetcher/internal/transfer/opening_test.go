package transfer_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

// openerSource is a memorySource that opens objects. Every request is bound to its context, as that of net/http is.
type openerSource struct {
	*memorySource
	opens, stats atomic.Int64
	checksum     crc.Checksum
	// onOpen, if set, is called for each Open. statSize, if set, is the size that Stat returns.
	onOpen   func(ctx context.Context) (io.ReadCloser, error)
	statSize int64
}

func newOpenerSource(n int) *openerSource {
	src := &openerSource{memorySource: randomSource(n)}
	src.checksum = crc.Checksum{Algorithm: crc.CRC64NVME, Value: crc.CRC64NVME.Update(0, src.body)}
	return src
}

func (s *openerSource) described(ref source.Ref) source.Object {
	return source.Object{Ref: ref, Size: int64(len(s.body)), Checksum: s.checksum}
}

func (s *openerSource) Stat(_ context.Context, ref source.Ref) (source.Object, error) {
	s.stats.Add(1)
	object := s.described(ref)
	if s.statSize > 0 {
		object.Size = s.statSize
	}
	return object, nil
}

func (s *openerSource) Open(ctx context.Context, ref source.Ref) (source.Object, io.ReadCloser, error) {
	s.opens.Add(1)
	if s.onOpen != nil {
		if body, err := s.onOpen(ctx); body != nil || err != nil {
			return s.described(ref), body, err
		}
	}
	body, err := s.Read(ctx, source.Object{}, 0, int64(len(s.body)))
	return s.described(ref), &boundBody{body, ctx}, err
}

// boundBody fails when its request's context has ended.
type boundBody struct {
	io.ReadCloser
	ctx context.Context
}

func (b *boundBody) Read(p []byte) (int, error) {
	if b.ctx.Err() != nil {
		return 0, b.ctx.Err()
	}
	return b.ReadCloser.Read(p)
}

// stalledBody never has data.
type stalledBody struct{ ctx context.Context }

func (b stalledBody) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

func (stalledBody) Close() error { return nil }

func readAll(t *testing.T, src source.Source, object source.Object, offset, length int64) []byte {
	t.Helper()
	body, err := src.Read(t.Context(), object, offset, length)
	require.NoError(t, err)
	got, err := io.ReadAll(body)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	return got
}

// The body outlives the context of Stat, which the decorators cancel, is used once, and serves any length.
func TestOpening_firstReadTakesBody(t *testing.T) {
	for name, length := range map[string]int64{"the whole object": 1000, "a part": 10} {
		t.Run(name, func(t *testing.T) {
			src := newOpenerSource(1000)
			opening := transfer.NewOpening(src, 1)
			ctx, cancel := context.WithCancel(t.Context())
			object, err := opening.Stat(ctx, source.Ref{Key: "k"})
			require.NoError(t, err)
			cancel()
			require.Equal(t, src.body[500:600], readAll(t, opening, object, 500, 100))
			require.Equal(t, int64(2), src.reads.Load(), "a range from elsewhere is a request")
			require.Equal(t, src.body[:length], readAll(t, opening, object, 0, length))
			require.Equal(t, int64(2), src.reads.Load(), "the body of Stat")
			require.Equal(t, src.body[:length], readAll(t, opening, object, 0, length))
			require.Equal(t, int64(3), src.reads.Load(), "the body is used once")
			require.Zero(t, src.openBodies.Load())
			require.Equal(t, []int64{1, 0}, []int64{src.opens.Load(), src.stats.Load()})
		})
	}
}

func TestOpening_bound(t *testing.T) {
	src := newOpenerSource(10)
	opening := transfer.NewOpening(src, 2)
	var objects []source.Object
	for _, key := range []string{"a", "a", "b", "c"} { // the second is open, for the last is no room
		object, err := opening.Stat(t.Context(), source.Ref{Key: key})
		require.NoError(t, err)
		objects = append(objects, object)
	}
	require.Equal(t, []int64{2, 2, 2}, []int64{src.opens.Load(), src.stats.Load(), src.openBodies.Load()})
	require.Equal(t, src.body, readAll(t, opening, objects[3], 0, 10))
	require.Equal(t, src.body, readAll(t, opening, objects[0], 0, 10))
	_, err := opening.Stat(t.Context(), source.Ref{Key: "c"}) // there is room again
	require.NoError(t, err)
	require.Equal(t, []int64{3, 2}, []int64{src.opens.Load(), src.openBodies.Load()})
	opening.Discard(source.Ref{Key: "c"})
	opening.Discard(source.Ref{Key: "not open"})
	require.Equal(t, int64(1), src.openBodies.Load())
	opening.Close()
	require.Zero(t, src.openBodies.Load(), "bodies that nobody took")
}

func TestOpening_sourceWithoutOpen(t *testing.T) {
	src := randomSource(10)
	opening := transfer.NewOpening(src, 8)
	object, err := opening.Stat(t.Context(), source.Ref{})
	require.NoError(t, err)
	require.Zero(t, src.reads.Load())
	require.Equal(t, src.body, readAll(t, opening, object, 0, 10))
}

// Without a checksum the size is asked for twice. A body of another object than the one that Stat found is not used.
func TestOpening_withoutChecksum(t *testing.T) {
	for _, tt := range []struct {
		name     string
		statSize int64
		reads    int64
	}{{"same answers", 0, 1}, {"another size", 8, 2}} {
		t.Run(tt.name, func(t *testing.T) {
			src := newOpenerSource(10)
			src.checksum, src.statSize = crc.Checksum{}, tt.statSize
			opening := transfer.NewOpening(src, 1)
			object, err := opening.Stat(t.Context(), source.Ref{})
			require.NoError(t, err)
			require.Equal(t, []int64{1, 1}, []int64{src.opens.Load(), src.stats.Load()})
			require.Equal(t, src.body[:object.Size], readAll(t, opening, object, 0, object.Size))
			require.Equal(t, tt.reads, src.reads.Load())
			require.Zero(t, src.openBodies.Load())
		})
	}
}

func TestOpening_errorKeepsNothing(t *testing.T) {
	src := newOpenerSource(10)
	src.onOpen = func(context.Context) (io.ReadCloser, error) { return nil, errSlowDown() }
	opening := transfer.NewOpening(src, 1)
	for range 3 { // a failed look-up must not take the place of the next
		_, err := opening.Stat(t.Context(), source.Ref{})
		require.True(t, fetcherr.IsThrottled(err), "%v", err)
	}
	require.Equal(t, int64(3), src.opens.Load())
}

func TestOpening_throttledAndRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newOpenerSource(10)
		failures := []error{errSlowDown(), errors.New("connection reset"), errSlowDown()}
		src.onOpen = func(context.Context) (_ io.ReadCloser, err error) {
			if len(failures) > 0 {
				err, failures = failures[0], failures[1:]
			}
			return nil, err
		}
		opening := transfer.NewOpening(src, 1)
		client := transfer.WithRetries(transfer.WithThrottling(opening, newThrottling()), threeAttempts, discardLogger)
		object, err := client.Stat(t.Context(), source.Ref{})
		require.NoError(t, err)
		require.Equal(t, src.body, readAll(t, client, object, 0, 10))
		require.Equal(t, []int64{4, 1, 0}, []int64{src.opens.Load(), src.reads.Load(), src.openBodies.Load()})
	})
}

// A kept body stalls or breaks like any other. The rest is then a range.
func TestOpening_brokenBodyResumes(t *testing.T) {
	for name, rest := range map[string]func(ctx context.Context) io.Reader{
		"breaks": func(context.Context) io.Reader { return bytes.NewReader(nil) },
		"stalls": func(ctx context.Context) io.Reader { return stalledBody{ctx} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := newOpenerSource(1000)
				src.onOpen = func(ctx context.Context) (io.ReadCloser, error) {
					return io.NopCloser(io.MultiReader(bytes.NewReader(src.body[:300]), rest(ctx))), nil
				}
				var offsets []int64
				src.onRead = func(offset int64) (io.ReadCloser, error) {
					offsets = append(offsets, offset)
					return nil, nil
				}
				opening := transfer.NewOpening(src, 1)
				client := transfer.WithRetries(transfer.WithStallTimeout(opening, time.Minute), threeAttempts, discardLogger)
				object, err := client.Stat(t.Context(), source.Ref{})
				require.NoError(t, err)
				time.Sleep(time.Hour) // the time between requests does not count
				require.Equal(t, src.body, readAll(t, client, object, 0, 1000))
				require.Equal(t, []int64{300}, offsets)
			})
		})
	}
}

// Nothing remains of a request whose context ends while it is sent, before it is read, or while it is read: synctest
// fails if a goroutine does.
func TestOpening_cancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := newOpenerSource(10)
		opening := transfer.NewOpening(src, 1)
		src.onOpen = func(ctx context.Context) (io.ReadCloser, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		stalled := transfer.WithStallTimeout(opening, time.Minute)
		_, err := stalled.Stat(t.Context(), source.Ref{})
		require.ErrorContains(t, err, "no data received for 1m0s")

		src.onOpen = nil
		object, err := stalled.Stat(t.Context(), source.Ref{})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		body, err := stalled.Read(ctx, object, 0, 10)
		require.NoError(t, err)
		cancel()
		synctest.Wait()
		_, err = body.Read(make([]byte, 1))
		require.ErrorIs(t, err, context.Canceled)
		require.NoError(t, body.Close())
		require.Zero(t, src.openBodies.Load())

		var request context.Context
		src.onOpen = func(ctx context.Context) (io.ReadCloser, error) {
			request = ctx
			return nil, nil
		}
		_, err = stalled.Stat(t.Context(), source.Ref{})
		require.NoError(t, err)
		require.NoError(t, request.Err())
		opening.Close()
		require.ErrorIs(t, request.Err(), context.Canceled)
	})
}
