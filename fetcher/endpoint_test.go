package main_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/storetest"
)

// An endpoint that the configuration names is read with the pod's identity. The token is not sent to another host,
// although the endpoint redirects to it.
func TestIdentity_customEndpoint(t *testing.T) {
	for name, redirected := range map[string]bool{"direct": false, "redirected": true} {
		t.Run(name, func(t *testing.T) {
			store := storetest.FakeGCS(t)
			f := newFixture(t, store, "")
			body := randomBytes(61, 100)
			store.Put(t, f.bucket, "models/m.bin", body)
			serveMetadata(t, f, 0)
			var refused, leaked atomic.Int64
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "" {
					leaked.Add(1)
				}
				store.ServeHTTP(w, r)
			}))
			t.Cleanup(other.Close)
			endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case r.Header.Get("Authorization") != "Bearer token":
					refused.Add(1)
					w.WriteHeader(http.StatusUnauthorized)
				case redirected:
					http.Redirect(w, r, other.URL+r.URL.RequestURI(), http.StatusTemporaryRedirect)
				default:
					store.ServeHTTP(w, r)
				}
			}))
			t.Cleanup(endpoint.Close)
			delete(f.env, "STORAGE_EMULATOR_HOST")
			got := f.set("GCS_ENDPOINT_URL", endpoint.URL).run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Equal(t, body, f.readFile(t, "m.bin"))
			require.Zero(t, refused.Load())
			require.Zero(t, leaked.Load())
		})
	}
}

func TestExitCode_twoEndpoints(t *testing.T) {
	checkAtOnce(t, newFixture(t, storetest.GCS(t), "").set("GCS_ENDPOINT_URL", "https://gcs.internal"),
		"GCS_ENDPOINT_URL and STORAGE_EMULATOR_HOST must not both be set")
	f := newFixture(t, storetest.GCS(t), "").set("GCS_ENDPOINT_URL", "gcs.internal")
	delete(f.env, "STORAGE_EMULATOR_HOST")
	checkAtOnce(t, f, "invalid GCS_ENDPOINT_URL")
}
