package objectstore_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/internal/uploadtest"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/fetcher/faultproxy"
)

func TestStore_unreachable(t *testing.T) {
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	for name, tt := range map[string]struct {
		endpoint string
		kind     error
		text     string
	}{
		"nobody listens":   {"http://127.0.0.1:1", objectstore.ErrCutOff, "gave up after 4 attempts"},
		"an unknown CA":    {secure.URL, objectstore.ErrInvalid, "SSL_CERT_FILE"},
		"no TLS":           {"https" + plain.URL[len("http"):], objectstore.ErrInvalid, "check the scheme"},
		"not a URL scheme": {"ftp://127.0.0.1", objectstore.ErrInvalid, "check the"},
	} {
		t.Run(name, func(t *testing.T) {
			onEachStore(t, func(t *testing.T, server uploadtest.Store, _ objectstore.Store) {
				server.Location.Endpoint = tt.endpoint
				store := open(t, server)
				_, upload := randomContent(100_000, 1)
				_, err := store.Put(t.Context(), "key", upload, objectstore.PutOptions{})
				require.ErrorIs(t, err, tt.kind)
				require.ErrorContains(t, err, tt.text)
				_, err = store.Stat(t.Context(), "key")
				require.ErrorIs(t, err, tt.kind)
			})
		})
	}
	_, err := objectstore.Open(t.Context(), objectstore.Location{Cloud: config.GKE, Bucket: "b", Endpoint: "storage"})
	require.ErrorIs(t, err, objectstore.ErrInvalid)
	_, err = objectstore.Open(t.Context(), objectstore.Location{Cloud: config.GKE})
	require.ErrorIs(t, err, objectstore.ErrInvalid)
	_, err = objectstore.Open(t.Context(), objectstore.Location{Cloud: "aks", Bucket: "b"})
	require.ErrorContains(t, err, `invalid cloud "aks"`)
}

// The clients use the proxy of the environment, which net/http reads once in a process and never uses for loopback.
func TestStore_usesProxyOfEnvironment(t *testing.T) {
	if cloud := config.Cloud(os.Getenv("TEST_PROXY_CLOUD")); cloud != "" {
		store, err := objectstore.Open(t.Context(), objectstore.Location{
			Cloud: cloud, Bucket: os.Getenv("TEST_PROXY_BUCKET"), Endpoint: "http://store.example", Anonymous: cloud == config.GKE,
		})
		require.NoError(t, err)
		_, err = store.Put(t.Context(), "key", contentOf([]byte("x")), objectstore.PutOptions{})
		require.NoError(t, err)
		return
	}
	onEachStore(t, func(t *testing.T, server uploadtest.Store, store objectstore.Store) {
		target, err := url.Parse(server.Proxy.URL)
		require.NoError(t, err)
		proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			host := r.In.Host
			r.SetURL(target)
			r.Out.Host = host // the signature covers it
		}})
		t.Cleanup(proxy.Close)
		child := exec.Command(os.Args[0], "-test.run=^TestStore_usesProxyOfEnvironment$", "-test.count=1")
		child.Env = append(os.Environ(), "HTTP_PROXY="+proxy.URL, "NO_PROXY=", "no_proxy=",
			"TEST_PROXY_CLOUD="+string(server.Location.Cloud), "TEST_PROXY_BUCKET="+server.Location.Bucket)
		output, err := child.CombinedOutput()
		require.NoError(t, err, string(output))
		_, err = store.Stat(t.Context(), "key")
		require.NoError(t, err)
	})
}

// fake-gcs-server itself treats a status request as the end of the upload. An upload succeeds all the same.
func TestPut_serverWithoutSessionStatus(t *testing.T) {
	for name, fault := range map[string]faultproxy.Fault{
		"cut": uploadtest.Cut(5 * mib), "answer lost": uploadtest.LoseAnswer(), "503": faultproxy.Unavailable(0),
	} {
		t.Run(name, func(t *testing.T) {
			server := uploadtest.New(t, config.GKE)
			proxy := faultproxy.New(t, server.Endpoint)
			server.Location.Endpoint = proxy.URL
			proxy.Inject(1, uploadtest.IsContent, fault)
			store := open(t, server)
			content, upload := randomContent(20*mib, 1)
			_, err := store.Put(t.Context(), "key", upload, objectstore.PutOptions{StateDir: t.TempDir()})
			require.NoError(t, err)
			require.Equal(t, sha256Of(content), sha256Of(read(t, store, "key")))
		})
	}
}

// A store that stops to answer is given up, and the part is sent again.
func TestPut_storeStalls(t *testing.T) {
	onEachStore(t, func(t *testing.T, server uploadtest.Store, store objectstore.Store) {
		objectstore.SetStall(store, 500*time.Millisecond)
		server.Proxy.Inject(1, uploadtest.IsContent, func(http.ResponseWriter, *http.Request, http.Handler) {
			time.Sleep(2 * time.Second)
			panic(http.ErrAbortHandler)
		})
		content, upload := randomContent(20*mib, 1)
		_, err := store.Put(t.Context(), "key", upload, objectstore.PutOptions{})
		require.NoError(t, err)
		require.Equal(t, sha256Of(content), sha256Of(read(t, store, "key")))
	})
}
