package main_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
)

// The store refuses more requests than there are retries of failures. Then the object of 16 parts is one request, and
// one more after the connection breaks.
func TestFetcher_waitsForThrottlingStore(t *testing.T) {
	const part = 64 << 10
	weights := randomBytes(31, 16*part)
	packed := archivetest.Tar(t, archivetest.File("m.bin", weights))
	for name, store := range allStores(t) {
		for kind, body := range map[string][]byte{"file": weights, "archive": packed} {
			for _, status := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests} {
				t.Run(fmt.Sprintf("%s/%s/%d", name, kind, status), func(t *testing.T) {
					t.Parallel()
					proxy := faultproxy.New(t, store.Endpoint())
					proxy.Inject(30, faultproxy.IsNotRange, faultproxy.Status(status))
					proxy.Inject(1, faultproxy.IsNotRange, faultproxy.Reset(part))
					proxy.Inject(10, faultproxy.IsRange, faultproxy.Status(status))
					f := newFixture(t, store, proxy.URL).set("FETCH_PART_SIZE", fmt.Sprint(part), "FETCH_RETRIES", "0",
						"FETCH_BACKOFF", "5ms", "MODEL_EXTRACT", fmt.Sprint(kind == "archive"))
					store.Put(t, f.bucket, "models/m.bin", body)
					got := f.run(t)
					require.Equal(t, 0, got.ExitCode, got.stderr)
					require.Equal(t, weights, f.readFile(t, "m.bin"))
					ranges := slices.DeleteFunc(proxy.Requests(), func(request string) bool { return !strings.Contains(request, "bytes=") })
					require.Len(t, ranges, 11)
					require.Equal(t, []string{fmt.Sprintf("GET bytes=%d-%d", part, len(body)-1)}, slices.Compact(ranges), "the rest")
					require.Len(t, proxy.Requests(), 30+1+11)
				})
			}
		}
	}
}

func TestFetcher_throttledUntilTimeout(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := faultproxy.New(t, store.Endpoint())
			proxy.Always(faultproxy.Status(http.StatusServiceUnavailable))
			f := newFixture(t, store, proxy.URL).set("FETCH_TIMEOUT", "1s")
			store.Put(t, f.bucket, "models/m.bin", []byte("model"))
			got := f.run(t)
			require.Equal(t, 8, got.ExitCode, got.stderr)
			require.Contains(t, got.Message, "timed out after 1s; last error: ")
			require.Contains(t, got.Message, "503")
		})
	}
}

// FETCH_BACKOFF limits no number of requests here, so 0 must not mean that they follow one another without a pause. The
// error is that of the store, although other parts of the run end at the same time.
func TestFetcher_throttledWithoutBackoff(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := faultproxy.New(t, store.Endpoint())
			proxy.Inject(1<<20, faultproxy.IsRange, faultproxy.Status(http.StatusServiceUnavailable))
			body := randomBytes(32, 1<<20)
			f := newFixture(t, store, proxy.URL).set("FETCH_TIMEOUT", "3s", "FETCH_BACKOFF", "0s", "MODEL_SHA256", sha256Hex(body),
				"FETCH_PART_SIZE", "65536")
			store.Put(t, f.bucket, "models/m.bin", body)
			got := f.run(t)
			require.Equal(t, 8, got.ExitCode, got.stderr)
			require.Contains(t, got.Message, "timed out after 3s; last error: ")
			require.Contains(t, got.Message, "503")
			// 0.05 s on average between two requests of each of at most 8 connections.
			require.Less(t, len(proxy.Requests()), 2*8*3*20)
		})
	}
}
