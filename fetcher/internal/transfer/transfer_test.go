package transfer_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/crc"
	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/internal/source"
	"github.com/modelferry/modelferry/fetcher/internal/transfer"
)

// memorySource is a source of one object, for tests of order, memory and time. onRead, if set, is called before each
// read.
type memorySource struct {
	body          []byte
	onRead        func(offset int64) (io.ReadCloser, error)
	openBodies    atomic.Int64
	maxOpenBodies atomic.Int64
	reads         atomic.Int64
}

func (m *memorySource) object() source.Object {
	return source.Object{Size: int64(len(m.body)), Checksum: crc.Checksum{Algorithm: crc.CRC64NVME}}
}

func (m *memorySource) URL(source.Ref) string { return "memory://" }

func (m *memorySource) Principal(context.Context) string { return "memory" }

func (m *memorySource) Stat(context.Context, source.Ref) (source.Object, error) {
	if m.onRead != nil {
		if _, err := m.onRead(-1); err != nil {
			return source.Object{}, err
		}
	}
	return m.object(), nil
}

func (m *memorySource) Read(_ context.Context, _ source.Object, offset, length int64) (io.ReadCloser, error) {
	m.reads.Add(1)
	if m.onRead != nil {
		if body, err := m.onRead(offset); body != nil || err != nil {
			return body, err
		}
	}
	m.maxOpenBodies.Store(max(m.maxOpenBodies.Load(), m.openBodies.Add(1)))
	return &memoryBody{Reader: bytes.NewReader(m.body[offset : offset+length]), source: m}, nil
}

type memoryBody struct {
	io.Reader
	source *memorySource
}

func (b *memoryBody) Close() error {
	b.source.openBodies.Add(-1)
	return nil
}

func randomSource(n int) *memorySource {
	body := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{}).Read(body) // never fails
	return &memorySource{body: body}
}

func wantDigest(body []byte) transfer.Digest {
	sum := sha256.Sum256(body)
	return transfer.Digest{SHA256: hex.EncodeToString(sum[:]), CRC: crc.CRC64NVME.Update(0, body)}
}

var discardLogger = slog.New(slog.DiscardHandler)

var testOptions = transfer.FileOptions{MinRange: 1000, Parallel: 4, SHA256: true}

// testSizes are sizes around the boundaries of 1000 bytes (a part) and 4000 bytes (4 workers).
var testSizes = []int{1, 999, 1000, 1001, 3999, 4000, 4001, 25_017}

func TestFile_contentAndDigest(t *testing.T) {
	for _, size := range testSizes {
		src := randomSource(size)
		file, err := os.Create(filepath.Join(t.TempDir(), "f"))
		require.NoError(t, err)
		defer file.Close()
		got, err := transfer.File(t.Context(), src, src.object(), file, testOptions)
		require.NoError(t, err)
		require.Equal(t, wantDigest(src.body), got)
		body, err := os.ReadFile(file.Name())
		require.NoError(t, err)
		require.Equal(t, src.body, body)
		require.Zero(t, src.openBodies.Load())
		require.LessOrEqual(t, src.maxOpenBodies.Load(), int64(4))
	}
}

func TestStream_contentAndDigest(t *testing.T) {
	for _, size := range testSizes {
		src := randomSource(size)
		buffers := transfer.NewBufferPool(4, 1000)
		stream := transfer.NewStream(t.Context(), src, src.object(), buffers, transfer.StreamOptions{SHA256: true})
		got, err := io.ReadAll(iotest.OneByteReader(stream))
		require.NoError(t, err)
		require.Equal(t, src.body, got)
		require.Equal(t, wantDigest(src.body), stream.Digest())
		require.NoError(t, stream.Err())
		require.NoError(t, stream.Close())
		require.Zero(t, src.openBodies.Load())
	}
}

func TestFile_sha256OnlyOnRequest(t *testing.T) {
	src := randomSource(5000)
	want := wantDigest(src.body)
	want.SHA256 = ""
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	defer file.Close()
	got, err := transfer.File(t.Context(), src, src.object(), file, transfer.FileOptions{MinRange: 1000, Parallel: 4})
	require.NoError(t, err)
	require.Equal(t, want, got)
	stream := transfer.NewStream(t.Context(), src, src.object(), transfer.NewBufferPool(4, 1000), transfer.StreamOptions{})
	defer stream.Close()
	_, err = io.Copy(io.Discard, stream)
	require.NoError(t, err)
	require.Equal(t, want, stream.Digest())
}

// A slow reader stops the download: the buffers limit the memory.
func TestStream_readAheadLimitedByBuffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := randomSource(100_000)
		stream := transfer.NewStream(t.Context(), src, src.object(), transfer.NewBufferPool(4, 1000), transfer.StreamOptions{SHA256: true})
		synctest.Wait()
		require.Equal(t, int64(4), src.reads.Load())
		_, err := io.ReadFull(stream, make([]byte, 1001))
		require.NoError(t, err)
		synctest.Wait()
		require.Equal(t, int64(5), src.reads.Load())
		require.NoError(t, stream.Close())
	})
}

// Streams share a pool: one that is closed early must not block the others, and all buffers are released.
func TestStream_sharedBufferPool(t *testing.T) {
	buffers := transfer.NewBufferPool(3, 1000)
	for range 20 { // after an early Close and after a complete read
		src := randomSource(50_000)
		first := transfer.NewStream(t.Context(), src, src.object(), buffers, transfer.StreamOptions{SHA256: true})
		_, err := io.ReadFull(first, make([]byte, 10))
		require.NoError(t, err)
		require.NoError(t, first.Close())
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() {
				stream := transfer.NewStream(t.Context(), src, src.object(), buffers, transfer.StreamOptions{SHA256: true})
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

func TestFile_rangeErrorFailsTransfer(t *testing.T) {
	denied := fetcherr.New(fetcherr.PermissionDenied, "no permission")
	src := randomSource(50_000)
	src.onRead = func(offset int64) (io.ReadCloser, error) {
		if offset == 25_000 {
			return nil, denied
		}
		return nil, nil
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	defer file.Close()
	_, err = transfer.File(t.Context(), src, src.object(), file, testOptions)
	require.ErrorIs(t, err, denied)

	stream := transfer.NewStream(t.Context(), src, src.object(), transfer.NewBufferPool(4, 1000), transfer.StreamOptions{SHA256: true})
	defer stream.Close()
	got, err := io.ReadAll(stream)
	require.ErrorIs(t, err, denied)
	require.ErrorIs(t, stream.Err(), denied)
	require.LessOrEqual(t, len(got), 25_000)
}

// A decoder that reads ahead in a goroutine fails for another reason, when the download fails, too. The race detector
// sees it.
func TestStream_errDuringRead(t *testing.T) {
	denied := fetcherr.New(fetcherr.PermissionDenied, "no permission")
	src := randomSource(50_000)
	src.onRead = func(int64) (io.ReadCloser, error) { return nil, denied }
	stream := transfer.NewStream(t.Context(), src, src.object(), transfer.NewBufferPool(4, 1000), transfer.StreamOptions{})
	defer stream.Close()
	var group sync.WaitGroup
	group.Go(func() { _, _ = io.Copy(io.Discard, stream) }) // Err returns its error
	for stream.Err() == nil {
		runtime.Gosched()
	}
	require.ErrorIs(t, stream.Err(), denied)
	group.Wait()
}

func TestFile_cancelledTransferFails(t *testing.T) {
	src := randomSource(5000)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	stream := transfer.NewStream(ctx, src, src.object(), transfer.NewBufferPool(8, 1000), transfer.StreamOptions{SHA256: true})
	defer stream.Close()
	_, err := io.ReadAll(stream)
	require.ErrorIs(t, err, context.Canceled)
	file, err := os.Create(filepath.Join(t.TempDir(), "f"))
	require.NoError(t, err)
	defer file.Close()
	src.onRead = func(int64) (io.ReadCloser, error) { return nil, ctx.Err() }
	_, err = transfer.File(ctx, src, src.object(), file, testOptions)
	require.ErrorIs(t, err, context.Canceled)
}

// A sequential object is read in one request, whatever the number of connections and the size of the parts.
func TestSequential_oneRequest(t *testing.T) {
	for _, size := range []int{1, 1000, 4001, 700_001} {
		src := randomSource(size)
		object := src.object()
		object.Sequential = true
		file, err := os.Create(filepath.Join(t.TempDir(), "f"))
		require.NoError(t, err)
		defer file.Close()
		options := testOptions
		options.Existing = []transfer.Segment{{Offset: 0, Length: 1, CRC: 7}}
		options.OnSegment = func(transfer.Segment) { t.Error("a segment of a sequential object was recorded") }
		got, err := transfer.File(t.Context(), src, object, file, options)
		require.NoError(t, err)
		require.Equal(t, wantDigest(src.body), got)
		body, err := os.ReadFile(file.Name())
		require.NoError(t, err)
		require.Equal(t, src.body, body)
		require.Equal(t, int64(1), src.reads.Load())

		stream := transfer.NewStream(t.Context(), src, object, transfer.NewBufferPool(1, 1000), transfer.StreamOptions{SHA256: true})
		got2, err := io.ReadAll(stream)
		require.NoError(t, err)
		require.Equal(t, src.body, got2)
		require.Equal(t, wantDigest(src.body), stream.Digest())
		require.NoError(t, stream.Close())
		require.Equal(t, int64(2), src.reads.Load())
		require.Zero(t, src.openBodies.Load())
	}
}

// The request of a sequential stream stays open, while others wait for it: it must not need their buffers.
func TestStream_sequentialBesideOthers(t *testing.T) {
	src := randomSource(1_000_000)
	limited := transfer.WithConcurrencyLimit(src, 1)
	buffers := transfer.NewBufferPool(1, 1000)
	var group sync.WaitGroup
	for i := range 4 {
		object := src.object()
		object.Sequential = i%2 == 0
		group.Go(func() {
			stream := transfer.NewStream(t.Context(), limited, object, buffers, transfer.StreamOptions{})
			defer stream.Close()
			got, err := io.ReadAll(stream)
			if err != nil || !bytes.Equal(got, src.body) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		})
	}
	group.Wait()
}

// A sequential stream ends when it is closed early, and when its context is cancelled.
func TestStream_sequentialClosedEarly(t *testing.T) {
	src := randomSource(2_000_000)
	object := src.object()
	object.Sequential = true
	stream := transfer.NewStream(t.Context(), src, object, transfer.NewBufferPool(1, 1000), transfer.StreamOptions{SHA256: true})
	_, err := io.ReadFull(stream, make([]byte, 10))
	require.NoError(t, err)
	require.NoError(t, stream.Close())
	require.Zero(t, src.openBodies.Load())
	src.onRead = func(int64) (io.ReadCloser, error) {
		return io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF)), nil
	}
	broken := transfer.NewStream(t.Context(), src, object, transfer.NewBufferPool(1, 1000), transfer.StreamOptions{SHA256: true})
	defer broken.Close()
	_, err = io.ReadAll(broken)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.ErrorIs(t, broken.Err(), io.ErrUnexpectedEOF)
}
