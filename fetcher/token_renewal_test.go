package main_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

const renewalPart = 64 << 10

// serveTokens starts an identity service whose first token is token-1, the second token-2, and configures the fixture
// to use it. It returns the count of tokens.
func serveTokens(t *testing.T, f *fixture, store *storetest.Fake) *atomic.Int64 {
	t.Helper()
	var tokens atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Metadata-Flavor", "Google")
		switch {
		case strings.HasSuffix(r.URL.Path, "/token"):
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":3600,"token_type":"Bearer"}`, tokens.Add(1))
		case strings.HasSuffix(r.URL.Path, "/credentials"):
			fmt.Fprintf(w, `{"AccessKeyId":"token-%d","SecretAccessKey":"secret","Token":"session","Expiration":%q}`, tokens.Add(1),
				time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		default:
			fmt.Fprint(w, "project")
		}
	}))
	t.Cleanup(server.Close)
	if bucket, _ := store.EnvVars(); bucket == "GCS_BUCKET" {
		proxy := newTLSProxy(t, store)
		delete(f.env, "STORAGE_EMULATOR_HOST")
		f.set("GCE_METADATA_HOST", strings.TrimPrefix(server.URL, "http://"), "HTTPS_PROXY", proxy.url, "SSL_CERT_FILE", proxy.caFile)
		return &tokens
	}
	delete(f.env, "AWS_ACCESS_KEY_ID")
	delete(f.env, "AWS_SECRET_ACCESS_KEY")
	f.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL+"/credentials")
	return &tokens
}

var tokenPattern = regexp.MustCompile("token-[0-9]+")

// usesFirstToken matches requests with the token of the first request. GKE's first token is only waited for.
func usesFirstToken() func(*http.Request) bool {
	var first atomic.Value
	return func(r *http.Request) bool {
		token := tokenPattern.FindString(r.Header.Get("Authorization"))
		first.CompareAndSwap(nil, token)
		return first.Load() == token
	}
}

// A token that expires or is revoked during a long download is renewed, and nothing is downloaded again.
func TestIdentity_tokenExpiresDuringDownload(t *testing.T) {
	tests := []struct {
		name, store, code string
		status            int
	}{
		{"401", "gcs", "authError", 401},
		{"401", "s3", "AccessDenied", 401},
		{"ExpiredToken", "s3", "ExpiredToken", 400},
		{"InvalidToken", "s3", "InvalidToken", 400},
		{"TokenRefreshRequired", "s3", "TokenRefreshRequired", 400},
	}
	for _, tt := range tests {
		for _, after := range []int64{0, 3} {
			t.Run(fmt.Sprintf("%s/%s after %d requests", tt.store, tt.name, after), func(t *testing.T) {
				t.Parallel()
				store := storetest.Fakes(t)[tt.store]
				f := newFixture(t, store, "").set("FETCH_PART_SIZE", fmt.Sprint(renewalPart), "FETCH_PARALLEL", "4",
					"FETCH_IDENTITY_WAIT", "10s")
				tokens := serveTokens(t, f, store)
				body := randomBytes(60, 16*renewalPart)
				store.Put(t, f.bucket, "models/m.bin", body)
				var requests atomic.Int64
				usesFirst := usesFirstToken()
				store.Always(faultproxy.If(func(r *http.Request) bool { return usesFirst(r) && requests.Add(1) > after },
					store.Error(tt.status, tt.code, "the token has expired")))
				got := f.run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
				require.Equal(t, 1, got.Attempts, got.stderr)
				require.Equal(t, body, f.readFile(t, "m.bin"))
				require.Equal(t, "crc", got.Artifacts[0].Verified)
				want := map[string]int64{"s3": 2, "gcs": 3}[tt.store] // GKE's first token is only waited for
				require.Equal(t, want, tokens.Load())
				if after == 0 {
					return
				}
				served := map[string]int{}
				for _, request := range store.Requests() {
					served[request]++
				}
				for request, times := range served {
					require.LessOrEqual(t, times, 2, request)
				}
			})
		}
	}
}

// After a refusal that does not pass, the next run in the volume continues.
func TestIdentity_refusedDuringDownload(t *testing.T) {
	for name, store := range storetest.Fakes(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, store, "").set("FETCH_PART_SIZE", fmt.Sprint(renewalPart), "FETCH_PARALLEL", "1",
				"FETCH_IDENTITY_WAIT", "500ms")
			body := randomBytes(61, 16*renewalPart)
			store.Put(t, f.bucket, "models/m.bin", body)
			var refused atomic.Bool
			refused.Store(true)
			store.Always(faultproxy.If(func(r *http.Request) bool {
				return refused.Load() && faultproxy.IsRange(r)
			}, store.Error(403, "AccessDenied", "no longer allowed")))
			store.Inject(1, faultproxy.IsContent, faultproxy.Reset(3*renewalPart))
			got := f.run(t)
			require.Equal(t, 3, got.ExitCode, got.stderr)
			refused.Store(false)
			got = f.run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Contains(t, got.stderr, "resuming an earlier download")
			require.Equal(t, body, f.readFile(t, "m.bin"))
		})
	}
}
