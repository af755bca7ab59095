package main_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/storetest"
)

// The metadata server and the Pod Identity agent are on the node: no proxy reaches them, and none may see the tokens.
// The test's host names do not exist, so that only a proxy would answer for them.
func TestIdentity_noProxyForNodeServices(t *testing.T) {
	stores := allStores(t)
	tests := []struct {
		name, store string
		pairs       []string
	}{
		{"GKE metadata server", "gcs", []string{"STORAGE_EMULATOR_HOST", "", "GCE_METADATA_HOST", "metadata.test"}},
		{"Pod Identity agent", "s3", []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "https://agent.test/v1/credentials"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			proxy := newTLSProxy(t, http.NotFoundHandler())
			f := newFixture(t, stores[tt.store], "").set("HTTP_PROXY", proxy.url, "HTTPS_PROXY", proxy.url,
				"SSL_CERT_FILE", proxy.caFile, "FETCH_RETRIES", "0", "FETCH_IDENTITY_WAIT", "1s", "FETCH_TIMEOUT", "2s")
			delete(f.env, "AWS_ACCESS_KEY_ID")
			delete(f.env, "AWS_SECRET_ACCESS_KEY")
			got := f.set(tt.pairs...).run(t)
			require.NotZero(t, got.ExitCode)
			require.Contains(t, got.Message+got.stderr, ".test")
			require.Empty(t, proxy.connects)
		})
	}
}

// A service that responds without credentials is not ready, or is another server.
func TestIdentity_responseWithoutCredentials(t *testing.T) {
	empty := func(body string) func(http.Handler) http.Handler {
		return func(http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Metadata-Flavor", "Google")
				fmt.Fprint(w, body)
			})
		}
	}
	for _, server := range identityServers {
		for _, body := range []string{"{}", "<html></html>", `{"access_token":"","expires_in":3600}`} {
			t.Run(server.name+"/"+body, func(t *testing.T) {
				t.Parallel()
				f := newIdentityFixture(t, server, empty(body)).set("FETCH_IDENTITY_WAIT", "300ms", "FETCH_RETRIES", "0")
				failure{prepare: func(*testing.T, *fixture) {}, exit: 3, outcome: "denied"}.check(t, f)
				require.Empty(t, f.store.(*storetest.Fake).Requests())
			})
		}
	}
}
