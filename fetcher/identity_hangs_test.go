package main_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// identityServer configures a fixture to get its credentials from a server, which responds as handler wraps it.
type identityServer struct {
	name  string
	store func(testing.TB) *storetest.Fake
	use   func(t *testing.T, f *fixture, wrap func(http.Handler) http.Handler)
}

var identityServers = []identityServer{
	{"GKE metadata server", storetest.FakeGCS, func(t *testing.T, f *fixture, wrap func(http.Handler) http.Handler) {
		t.Helper()
		server := httptest.NewServer(wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Metadata-Flavor", "Google")
			fmt.Fprint(w, `{"access_token":"token","expires_in":3600,"token_type":"Bearer"}`)
		})))
		closeAfterTest(t, server)
		proxy := newTLSProxy(t, f.store.(*storetest.Fake))
		f.set("HTTPS_PROXY", proxy.url, "SSL_CERT_FILE", proxy.caFile, "STORAGE_EMULATOR_HOST", "",
			"GCE_METADATA_HOST", strings.TrimPrefix(server.URL, "http://"))
	}},
	{"IRSA", storetest.FakeS3, func(t *testing.T, f *fixture, wrap func(http.Handler) http.Handler) {
		t.Helper()
		sts := wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, assumeRoleResponse, "key", "secret", time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		}))
		useIRSA(t, f, sts.ServeHTTP)
	}},
	{"Pod Identity", storetest.FakeS3, func(t *testing.T, f *fixture, wrap func(http.Handler) http.Handler) {
		t.Helper()
		server := httptest.NewServer(wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `{"AccessKeyId":"key","SecretAccessKey":"secret","Token":"","Expiration":%q}`,
				time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		})))
		closeAfterTest(t, server)
		delete(f.env, "AWS_ACCESS_KEY_ID")
		delete(f.env, "AWS_SECRET_ACCESS_KEY")
		f.set("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.URL+"/v1/credentials")
	}},
	{"a role assumed with keys in a file", storetest.FakeS3, func(t *testing.T, f *fixture, wrap func(http.Handler) http.Handler) {
		t.Helper()
		server := httptest.NewServer(wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			response := strings.ReplaceAll(assumeRoleResponse, "AssumeRoleWithWebIdentity", "AssumeRole")
			fmt.Fprintf(w, response, "key", "secret", time.Now().Add(time.Hour).UTC().Format(time.RFC3339))
		})))
		closeAfterTest(t, server)
		delete(f.env, "AWS_ACCESS_KEY_ID")
		delete(f.env, "AWS_SECRET_ACCESS_KEY")
		file := f.volume + "/aws-config"
		require.NoError(
			t,
			os.WriteFile(file, []byte("[default]\nrole_arn = arn:aws:iam::111122223333:role/bankchurn\nsource_profile = keys\n"+
				"[profile keys]\naws_access_key_id = key\naws_secret_access_key = secret\n"), 0o600),
		)
		f.set("AWS_CONFIG_FILE", file, "AWS_ENDPOINT_URL_STS", server.URL)
	}},
}

// closeAfterTest closes a server of which a request may hang.
func closeAfterTest(t *testing.T, server *httptest.Server) {
	t.Helper()
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
}

// hang returns a wrapper for which the first requests get no response, and the count of requests.
func hang(requests int64) (wrap func(http.Handler) http.Handler, count *atomic.Int64) {
	count = new(atomic.Int64)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if count.Add(1) <= requests {
				_ = r.ParseForm() // reads the body, without which the end of the connection is not noticed
				<-r.Context().Done()
				return
			}
			next.ServeHTTP(w, r)
		})
	}, count
}

func newIdentityFixture(t *testing.T, server identityServer, wrap func(http.Handler) http.Handler) *fixture {
	t.Helper()
	store := server.store(t)
	f := newFixture(t, store, "").set("FETCH_IDENTITY_WAIT", "20s")
	store.Put(t, f.bucket, "models/m.bin", []byte("m"))
	server.use(t, f, wrap)
	return f
}

// A request that gets no response is repeated within seconds.
func TestIdentity_serverHangsOnce(t *testing.T) {
	for _, server := range identityServers {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			wrap, count := hang(1)
			got := newIdentityFixture(t, server, wrap).run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Less(t, got.Seconds, 10.0)
			require.Greater(t, count.Load(), int64(1))
		})
	}
}

// The time limit and signals end a run whose identity server never responds.
func TestIdentity_serverHangs(t *testing.T) {
	for _, server := range identityServers {
		t.Run(server.name+"/timeout", func(t *testing.T) {
			t.Parallel()
			wrap, _ := hang(1000)
			f := newIdentityFixture(t, server, wrap).set("FETCH_TIMEOUT", "1s")
			failure{prepare: func(*testing.T, *fixture) {}, exit: 8, outcome: "gave up", message: "timed out after 1s"}.check(t, f)
		})
		t.Run(server.name+"/SIGTERM", func(t *testing.T) {
			t.Parallel()
			wrap, count := hang(1000)
			f := newIdentityFixture(t, server, wrap)
			command, stderr := f.command(t.Context())
			require.NoError(t, command.Start())
			require.Eventually(t, func() bool { return count.Load() > 0 }, 10*time.Second, time.Millisecond)
			began := time.Now()
			require.NoError(t, command.Process.Signal(syscall.SIGTERM))
			_ = command.Wait() // the exit code is compared below
			require.Less(t, time.Since(began), time.Second)
			require.Equal(t, 143, f.result(t, command, stderr.String()).ExitCode)
		})
	}
}

// The time limit of requests to identity services does not apply to the content of objects.
func TestFetcher_slowBodyIsNotInterrupted(t *testing.T) {
	for name, store := range allStores(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := faultproxy.New(t, store.Endpoint())
			proxy.Inject(1, faultproxy.IsContent, faultproxy.Trickle(1000, 100*time.Millisecond))
			f := newFixture(t, store, proxy.URL)
			store.Put(t, f.bucket, "models/m.bin", randomBytes(31, 60_000))
			got := f.run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.Greater(t, got.Seconds, 5.5)
			require.Equal(t, []string{"GET "}, proxy.Requests())
		})
	}
}
