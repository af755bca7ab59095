package objectstore_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/fetcher/faultproxy"
)

// sentAgain is the number of bytes that a store may need again after one cut.
func sentAgain(cloud config.Cloud) int64 {
	if cloud == config.GKE {
		return 256 << 10 // Cloud Storage keeps multiples of it
	}
	return objectstore.PartSize
}

// requestOverhead is a bound of the bytes of metadata in the requests of an upload.
const requestOverhead = 64 << 10

func TestPut_cutSendsOnePartAgain(t *testing.T) {
	onEachStore(t, func(t *testing.T, server uploadtest.Store, store objectstore.Store) {
		const size = 64 * mib
		content, upload := randomContent(size, 1)
		server.Proxy.Inject(1, uploadtest.IsContent, uploadtest.Cut(10*mib))
		_, err := store.Put(t.Context(), "bankchurn/model", upload, objectstore.PutOptions{})
		require.NoError(t, err)
		require.Equal(t, sha256Of(content), sha256Of(read(t, store, "bankchurn/model")))
		require.Greater(t, server.Received(), int64(size))
		require.LessOrEqual(t, server.Received(), size+sentAgain(server.Location.Cloud)+requestOverhead)
	})
}

// A run that is interrupted is continued by the next one, which sends what the store does not have.
func TestPut_nextRunContinues(t *testing.T) {
	onEachStore(t, func(t *testing.T, server uploadtest.Store, store objectstore.Store) {
		const size, interruptions = 128 * mib, 3
		content, upload := randomContent(size, 1)
		options := objectstore.PutOptions{StateDir: t.TempDir()}
		for i := range interruptions {
			ctx, cancel := context.WithCancelCause(t.Context())
			options.Progress = func(n int64) {
				if n > int64(i+1)*36*mib {
					cancel(errInterrupted)
				}
			}
			_, err := open(t, server).Put(ctx, "bankchurn/model", upload, options)
			require.ErrorIs(t, err, errInterrupted)
			requireMissing(t, store, "bankchurn/model")
		}
		first := int64(-1)
		options.Progress = func(n int64) {
			if first < 0 && n > 0 {
				first = n
			}
		}
		_, err := open(t, server).Put(t.Context(), "bankchurn/model", upload, options)
		require.NoError(t, err)
		require.Greater(t, first, int64(32*mib), "the progress begins with what the store has")
		require.Equal(t, sha256Of(content), sha256Of(read(t, store, "bankchurn/model")))
		lost := int64(interruptions * objectstore.ParallelParts * objectstore.PartSize)
		if server.Location.Cloud == config.GKE {
			lost = interruptions * (256 << 10)
		}
		require.LessOrEqual(t, server.Received(), size+lost+requestOverhead)
		files, err := os.ReadDir(options.StateDir)
		require.NoError(t, err)
		require.Empty(t, files, "the session's file is removed")
	})
}

var errInterrupted = errors.New("interrupted")

// An interruption ends an upload at once, also one that has nearly sent all: otherwise it may complete the object.
func TestPut_interruptedAtTheEnd(t *testing.T) {
	for name, size := range map[string]int64{"one request": mib, "session or parts": objectstore.PartSize + mib} {
		t.Run(name, func(t *testing.T) {
			onEachStore(t, func(t *testing.T, server uploadtest.Store, store objectstore.Store) {
				_, upload := randomContent(int(size), 1)
				for i := range 20 {
					key := fmt.Sprintf("bankchurn/%d/model", i)
					ctx, cancel := context.WithCancelCause(t.Context())
					_, err := open(t, server).Put(ctx, key, upload, objectstore.PutOptions{Progress: func(n int64) {
						if n > size-mib/4 {
							cancel(errInterrupted)
						}
					}})
					require.ErrorIs(t, err, errInterrupted)
				}
				objects, err := store.List(t.Context(), "bankchurn/")
				require.NoError(t, err)
				require.Empty(t, objects)
			})
		})
	}
}

// An upload that was interrupted is not continued with another content, and its parts are not in the object.
func TestPut_interruptedUploadOfAnotherContent(t *testing.T) {
	onEachStore(t, func(t *testing.T, server uploadtest.Store, store objectstore.Store) {
		options := objectstore.PutOptions{StateDir: t.TempDir()}
		interrupt(t, server, options, 1)
		content, upload := randomContent(largeSize, 2)
		_, err := store.Put(t.Context(), "bankchurn/model", upload, options)
		require.NoError(t, err)
		require.Equal(t, sha256Of(content), sha256Of(read(t, store, "bankchurn/model")))
	})
}

// largeSize is that of an upload that interrupt interrupts.
const largeSize = 96 * mib

// interrupt interrupts an upload after at least one part.
func interrupt(t *testing.T, server uploadtest.Store, options objectstore.PutOptions, seed uint64) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	options.Progress = func(n int64) {
		if n > 80*mib {
			cancel(errInterrupted)
		}
	}
	_, upload := randomContent(largeSize, seed)
	_, err := open(t, server).Put(ctx, "bankchurn/model", upload, options)
	require.ErrorIs(t, err, errInterrupted)
}

// A session that the store has forgotten, a file that is damaged, and a folder that cannot be written do not matter.
func TestPut_sessionIsGone(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, server uploadtest.Store, options *objectstore.PutOptions){
		"forgotten": func(_ *testing.T, server uploadtest.Store, _ *objectstore.PutOptions) { server.Sessions.Forget() },
		"damaged file": func(t *testing.T, _ uploadtest.Store, options *objectstore.PutOptions) {
			t.Helper()
			files, err := os.ReadDir(options.StateDir)
			require.NoError(t, err)
			require.Len(t, files, 1)
			require.NoError(t, os.WriteFile(options.StateDir+"/"+files[0].Name(), []byte("{"), 0o600))
		},
		"no folder": func(_ *testing.T, _ uploadtest.Store, options *objectstore.PutOptions) {
			options.StateDir = "/dev/null/x"
		},
	} {
		t.Run(name, func(t *testing.T) {
			server := uploadtest.New(t, config.GKE)
			options := objectstore.PutOptions{StateDir: t.TempDir()}
			interrupt(t, server, options, 1)
			spoil(t, server, &options)
			content, upload := randomContent(largeSize, 1)
			store := open(t, server)
			_, err := store.Put(t.Context(), "bankchurn/model", upload, options)
			require.NoError(t, err)
			require.Equal(t, sha256Of(content), sha256Of(read(t, store, "bankchurn/model")))
		})
	}
}

// The URL of a session is a secret.
func TestPut_sessionFileIsPrivate(t *testing.T) {
	options := objectstore.PutOptions{StateDir: t.TempDir() + "/state"}
	interrupt(t, uploadtest.New(t, config.GKE), options, 1)
	files, err := os.ReadDir(options.StateDir)
	require.NoError(t, err)
	require.Len(t, files, 1)
	info, err := files[0].Info()
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
}

// Reading continues after an interruption.
func TestOpen_cutIsContinued(t *testing.T) {
	onEachStore(t, func(t *testing.T, server uploadtest.Store, store objectstore.Store) {
		content, upload := randomContent(3*mib, 1)
		_, err := store.Put(t.Context(), "key", upload, objectstore.PutOptions{})
		require.NoError(t, err)
		server.Proxy.Inject(2, isContentGet, faultproxy.Reset(mib))
		require.Equal(t, sha256Of(content), sha256Of(read(t, store, "key")))
	})
}

// repeated is a content of any size that needs little memory.
type repeated struct {
	block []byte
	size  int64
}

func (r repeated) ReadAt(b []byte, offset int64) (n int, err error) {
	for n < len(b) && offset+int64(n) < r.size {
		at := offset + int64(n)
		n += copy(b[n:min(int64(len(b)), r.size-offset)], r.block[at%int64(len(r.block)):])
	}
	if n < len(b) {
		err = io.EOF
	}
	return n, err
}

func TestPut_memoryIsBounded(t *testing.T) {
	onEachStore(t, func(t *testing.T, server uploadtest.Store, store objectstore.Store) {
		const size = 160 * mib
		block, _ := randomContent(mib-1, 1)
		server.Proxy.Inject(3, uploadtest.IsContent, uploadtest.Cut(5*mib))
		runtime.GC()
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		var peak atomic.Uint64
		done := make(chan struct{})
		go func() {
			for ticker := time.NewTicker(5 * time.Millisecond); ; {
				select {
				case <-ticker.C:
					var now runtime.MemStats
					runtime.ReadMemStats(&now)
					peak.Store(max(peak.Load(), now.HeapAlloc))
				case <-done:
					return
				}
			}
		}()
		_, err := store.Put(t.Context(), "key", objectstore.Content{File: repeated{block, size}, Size: size}, objectstore.PutOptions{})
		close(done)
		require.NoError(t, err)
		require.Less(t, int64(peak.Load())-int64(before.HeapAlloc), int64(32*mib))
	})
}

// A damaged answer is noticed at the end.
func TestOpen_damagedAnswer(t *testing.T) {
	onEachStore(t, func(t *testing.T, server uploadtest.Store, store objectstore.Store) {
		_, upload := randomContent(100_000, 1)
		_, err := store.Put(t.Context(), "key", upload, objectstore.PutOptions{})
		require.NoError(t, err)
		server.Proxy.Inject(1, isContentGet, faultproxy.FlipByte(5000))
		reader, _, err := store.Open(t.Context(), "key")
		require.NoError(t, err)
		defer reader.Close()
		_, err = io.Copy(io.Discard, reader)
		require.ErrorIs(t, err, objectstore.ErrChecksum)
	})
}
