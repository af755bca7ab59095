// Package uploadtest provides buckets for tests of uploads: real servers behind a proxy that injects faults. A test
// package calls Main in its TestMain, so that the servers stop after the tests.
package uploadtest

import (
	"io"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/fetcher/faultproxy"
	"github.com/modelferry/modelferry/fetcher/storetest"
)

// Main runs a package's tests and then stops the servers.
func Main(m *testing.M) { storetest.Main(m) }

// Store is an object store for one test.
type Store struct {
	// Location of an empty bucket, at Proxy.
	Location objectstore.Location
	// Proxy is in front of the store.
	Proxy *faultproxy.Proxy
	// Sessions of resumable uploads to Cloud Storage, nil for S3.
	Sessions *Sessions
	// Endpoint is the server's URL without the proxy.
	Endpoint string

	received *atomic.Int64
}

// Received returns the number of bytes of all request bodies that passed the proxy.
func (s Store) Received() int64 { return s.received.Load() }

// New returns a new bucket of a cloud's object store. For S3 it sets the variables with the credentials for the test.
func New(tb testing.TB, cloud config.Cloud) Store {
	tb.Helper()
	start := map[string]func(testing.TB) Store{"gs": startGCS, "s3": startS3}[cloud.URLScheme()]
	require.NotNil(tb, start, "no server for the object store of %s", cloud)
	s := start(tb)
	s.Location.Cloud = cloud
	s.Proxy.Always(s.count)
	return s
}

func startGCS(tb testing.TB) Store {
	tb.Helper()
	server := storetest.GCS(tb)
	sessions := newSessions(tb, server.Endpoint())
	s := Store{Proxy: faultproxy.NewHandler(tb, sessions), Sessions: sessions, Endpoint: server.Endpoint(), received: new(atomic.Int64)}
	s.Location = objectstore.Location{Bucket: server.Bucket(tb), Endpoint: s.Proxy.URL, Anonymous: true}
	return s
}

func startS3(tb testing.TB) Store {
	tb.Helper()
	server := storetest.S3(tb)
	s := Store{Proxy: faultproxy.New(tb, server.Endpoint()), Endpoint: server.Endpoint(), received: new(atomic.Int64)}
	env := server.Env(s.Proxy.URL)
	for name, value := range env {
		tb.Setenv(name, value)
	}
	s.Location = objectstore.Location{Bucket: server.Bucket(tb), Endpoint: s.Proxy.URL, Region: env["AWS_REGION"]}
	return s
}

func (s Store) count(w http.ResponseWriter, r *http.Request, forward http.Handler) {
	forward.ServeHTTP(w, withBody(r, countingBody{r.Body, s.received}))
}

type countingBody struct {
	r io.Reader
	n *atomic.Int64
}

func (b countingBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n.Add(int64(n))
	return n, err
}
