package main_test

import (
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// HTTP/2 would send all ranges over one connection.
func TestFetcher_neverUsesHTTP2(t *testing.T) {
	for name, store := range storetest.Fakes(t) {
		t.Run(name, func(t *testing.T) {
			var mutex sync.Mutex
			protocols, connections := map[string]int{}, map[string]bool{}
			// The first ranges wait for each other, so that none can reuse a connection.
			var ranges atomic.Int64
			fourRanges := make(chan struct{})
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mutex.Lock()
				protocols[r.Proto]++
				connections[r.RemoteAddr] = true
				mutex.Unlock()
				if faultproxy.IsRange(r) {
					if ranges.Add(1) == 4 {
						close(fourRanges)
					}
					<-fourRanges
				}
				store.ServeHTTP(w, r)
			}))
			server.EnableHTTP2 = true
			server.StartTLS()
			defer server.Close()
			f := newFixture(t, store, server.URL).set("FETCH_PARALLEL", "4", "FETCH_PART_SIZE", "65536")
			roots := filepath.Join(f.volume, "roots.pem")
			certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
			require.NoError(t, os.WriteFile(roots, certificate, 0o600))
			f.set("SSL_CERT_FILE", roots)
			body := randomBytes(31, 1<<20)
			store.Put(t, f.bucket, "models/m.bin", body)
			got := f.run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Equal(t, body, f.readFile(t, "m.bin"))
			require.Equal(t, []string{"HTTP/1.1"}, slices.Collect(maps.Keys(protocols)))
			require.GreaterOrEqual(t, len(connections), 4)
		})
	}
}
