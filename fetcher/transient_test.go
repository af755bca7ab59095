package main_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/internal/archivetest"
)

// 16 ranges of a file and of an archive are downloaded through each fault.
func TestFetcher_survivesTransientFaults(t *testing.T) {
	const part = 64 << 10
	weights := randomBytes(6, 16*part)
	packed := archivetest.Tar(t, archivetest.File("m.bin", weights))
	tests := []struct {
		name  string
		times int
		match func(*http.Request) bool
		fault faultproxy.Fault
	}{
		{"503 to everything", 4, faultproxy.Any, faultproxy.Status(http.StatusServiceUnavailable)},
		{"500 to ranges", 6, faultproxy.IsRange, faultproxy.Status(http.StatusInternalServerError)},
		{"503 to ranges with a body that breaks", 6, faultproxy.IsRange, faultproxy.BrokenStatus(http.StatusServiceUnavailable)},
		{"429 to ranges", 6, faultproxy.IsRange, faultproxy.Status(http.StatusTooManyRequests)},
		{"a reset before the first byte", 6, faultproxy.IsRange, faultproxy.Reset(0)},
		{"a reset in the body", 12, faultproxy.IsRange, faultproxy.Reset(10_000)},
		{"a truncated body whose Content-Length matches", 6, faultproxy.IsRange, faultproxy.Truncate(10_000)},
		{"a range that stalls", 3, faultproxy.IsRange, faultproxy.Stall(10_000)},
		{"a request that stalls", 1, faultproxy.IsNotRange, faultproxy.Stall(0)},
		{"416 to ranges", 1, faultproxy.IsRange, faultproxy.Status(http.StatusRequestedRangeNotSatisfiable)},
		{"a server that ignores ranges", 2, faultproxy.IsRange, faultproxy.ReplaceBody(packed)},
	}
	for name, store := range allStores(t) {
		for _, tt := range tests {
			for kind, body := range map[string][]byte{"file": weights, "archive": packed} {
				t.Run(fmt.Sprintf("%s/%s/%s", name, tt.name, kind), func(t *testing.T) {
					t.Parallel()
					proxy := faultproxy.New(t, store.Endpoint())
					proxy.Inject(tt.times, tt.match, tt.fault)
					f := newFixture(t, store, proxy.URL).set(
						"FETCH_PART_SIZE", fmt.Sprint(part), "FETCH_PARALLEL", "16", "FETCH_STALL", "300ms",
						"MODEL_EXTRACT", fmt.Sprint(kind == "archive"))
					store.Put(t, f.bucket, "models/m.bin", body)
					got := f.run(t)
					require.Equal(t, 0, got.ExitCode, got.stderr)
					require.Equal(t, "crc", got.Artifacts[0].Verified)
					require.Equal(t, weights, f.readFile(t, "m.bin"))
				})
			}
		}
	}
}

// A connection that is much slower than the others is replaced long before it stalls.
func TestFetcher_replacesSlowConnection(t *testing.T) {
	const part = 1 << 20
	body := randomBytes(24, 8*part)
	packed := archivetest.Tar(t, archivetest.File("m.bin", body))
	for name, store := range allStores(t) {
		for kind, body := range map[string][]byte{"file": body, "archive": packed} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				proxy := faultproxy.New(t, store.Endpoint())
				proxy.Inject(1, faultproxy.RangeFrom(5*part), faultproxy.Trickle(500, 10*time.Millisecond))
				f := newFixture(t, store, proxy.URL).set(
					"FETCH_PART_SIZE", fmt.Sprint(part), "MODEL_EXTRACT", fmt.Sprint(kind == "archive"))
				store.Put(t, f.bucket, "models/m.bin", body)
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Contains(t, got.stderr, "far below the median")
				require.Equal(t, randomBytes(24, 8*part), f.readFile(t, "m.bin"))
			})
		}
	}
}

func TestFetcher_resumesBrokenRange(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			proxy := faultproxy.New(t, store.Endpoint())
			proxy.Inject(1, faultproxy.IsContent, faultproxy.Reset(70_000))
			f := newFixture(t, store, proxy.URL)
			body := randomBytes(7, 100_000)
			store.Put(t, f.bucket, "models/m.bin", body)
			got := f.run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Equal(t, 1, got.Attempts)
			require.Equal(t, []string{"GET ", "GET bytes=70000-99999"}, proxy.Requests())
		})
	}
}

// Seven failures are more than a round of attempts, so the range waits for FETCH_BACKOFF. No other range is requested
// again.
func TestFetcher_requestsEachRangeOnce(t *testing.T) {
	const part = 64 << 10
	body := randomBytes(12, 8*part)
	packed := archivetest.Tar(t, archivetest.File("m.bin", body[:8*part-2000]))
	for name, store := range allStores(t) {
		for kind, body := range map[string][]byte{"file": body, "archive": packed} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				proxy := faultproxy.New(t, store.Endpoint())
				proxy.Inject(7, faultproxy.RangeFrom(3*part), faultproxy.Status(http.StatusServiceUnavailable))
				f := newFixture(t, store, proxy.URL).set(
					"FETCH_PART_SIZE", fmt.Sprint(part), "MODEL_EXTRACT", fmt.Sprint(kind == "archive"))
				store.Put(t, f.bucket, "models/m.bin", body)
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Equal(t, 1, got.Attempts)
				count := map[string]int{}
				for _, request := range proxy.Requests() {
					count[request]++
				}
				retried := fmt.Sprintf("GET bytes=%d-%d", 3*part, 4*part-1)
				require.Equal(t, 8, count[retried])
				delete(count, retried)
				for request, times := range count {
					require.Equal(t, 1, times, request)
				}
			})
		}
	}
}

// FETCH_BACKOFF is 20 ms, so a wait of one second is due to Retry-After.
func TestFetcher_waitsForRetryAfter(t *testing.T) {
	for name, store := range allStores(t) {
		for kind, match := range map[string]func(*http.Request) bool{"first": faultproxy.IsNotRange, "range": faultproxy.IsRange} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				proxy := faultproxy.New(t, store.Endpoint())
				proxy.Inject(1, match, faultproxy.Unavailable(1))
				f := newFixture(t, store, proxy.URL).set("FETCH_PART_SIZE", "65536")
				store.Put(t, f.bucket, "models/m.bin", make([]byte, 200_000))
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.GreaterOrEqual(t, got.Seconds, 1.0)
			})
		}
	}
}
