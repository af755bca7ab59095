package main_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/storetest"
)

// tlsProxy is an HTTP proxy that answers CONNECT itself: it has a certificate for every host, of a CA in a file.
type tlsProxy struct {
	url, caFile string
	mutex       sync.Mutex
	connects    []string
}

func newTLSProxy(t *testing.T, handler http.Handler) *tlsProxy {
	t.Helper()
	issuer := newCertificateIssuer(t)
	p := &tlsProxy{caFile: filepath.Join(t.TempDir(), "ca.pem")}
	require.NoError(t, os.WriteFile(p.caFile, issuer.caPEM, 0o600))
	inner := &connListener{conns: make(chan net.Conn), closed: make(chan struct{})}
	config := &tls.Config{GetCertificate: issuer.certificateFor, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(tls.NewListener(inner, config)) }() // ends with the test
	outer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mutex.Lock()
		p.connects = append(p.connects, r.Method+" "+r.Host)
		p.mutex.Unlock()
		if r.Method != http.MethodConnect {
			handler.ServeHTTP(w, r)
			return
		}
		conn, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\n\r\n")) // the client may be gone
		inner.conns <- &bufferedConn{conn, buffered.Reader}
	}))
	t.Cleanup(func() {
		outer.Close()
		_ = server.Close() // the listener has no resources
	})
	p.url = outer.URL
	return p
}

// useTLSProxy sends the fixture's HTTPS requests through the proxy.
func (f *fixture) useTLSProxy(t *testing.T, hosts *hostProxy) {
	t.Helper()
	proxy := newTLSProxy(t, hosts.handler)
	f.set("HTTPS_PROXY", proxy.url, "SSL_CERT_FILE", proxy.caFile)
}

// connListener is a listener whose connections are passed to it.
type connListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *connListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *connListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *connListener) Addr() net.Addr { return &net.TCPAddr{} }

// bufferedConn is a connection of which the server has read a part already.
type bufferedConn struct {
	net.Conn
	reader *bufio.Reader
}

func (c *bufferedConn) Read(p []byte) (int, error) { return c.reader.Read(p) }

// certificateIssuer is a CA.
type certificateIssuer struct {
	ca    *x509.Certificate
	key   *ecdsa.PrivateKey
	caPEM []byte
}

func newCertificateIssuer(t *testing.T) *certificateIssuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test CA"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	ca, err := x509.ParseCertificate(raw)
	require.NoError(t, err)
	return &certificateIssuer{ca: ca, key: key, caPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})}
}

func (i *certificateIssuer) certificateFor(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{hello.ServerName}, NotAfter: time.Now().Add(time.Hour),
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, i.ca, &i.key.PublicKey, i.key)
	return &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: i.key}, err
}

// A proxy that refuses a host answers CONNECT with a status.
func TestExitCode_proxyRefuses(t *testing.T) {
	stores := allStores(t)
	for _, tt := range []struct {
		status, exit int
		message      string
	}{
		{http.StatusProxyAuthRequired, 2, "the proxy requires a login"},
		{http.StatusForbidden, 2, "let the proxy connect to the host, or add it to NO_PROXY"},
		{http.StatusBadGateway, 8, "502 Bad Gateway"},
	} {
		for name, store := range stores {
			t.Run(name+"/"+http.StatusText(tt.status), func(t *testing.T) {
				t.Parallel()
				proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(tt.status) }))
				defer proxy.Close()
				f := newFixture(
					t,
					store,
					"",
				).set("FETCH_RETRIES", "0", "HTTPS_PROXY", strings.Replace(proxy.URL, "//", "//user:passw0rd@", 1),
					"AWS_ENDPOINT_URL_S3", "", "STORAGE_EMULATOR_HOST", "")
				if name == "gcs" {
					serveMetadata(t, f, 0)
				}
				got := f.run(t)
				require.Equal(t, tt.exit, got.ExitCode, got.stderr)
				require.Contains(t, got.Message, tt.message)
				require.Contains(t, got.Message, "the proxy "+strings.TrimPrefix(proxy.URL, "http://")+" refuses to connect to ")
				require.NotContains(t, got.stderr, "passw0rd")
				require.Equal(t, tt.exit == 8, strings.Contains(got.stderr, "retrying"))
			})
		}
	}
}

// The proxy variables apply to the stores' own endpoints and to custom ones.
func TestFetcher_proxyVariables(t *testing.T) {
	for name, store := range storetest.Fakes(t) {
		bucket := store.Bucket(t)
		store.Put(t, bucket, "models/m.bin", []byte("m"))
		newProxyFixture := func(t *testing.T) *fixture {
			t.Helper()
			f := newFixture(t, store, "").set("S3_ADDRESSING_STYLE", "path")
			bucketKey, _ := store.EnvVars()
			return f.set(bucketKey, bucket)
		}
		endpointKey := map[string]string{"s3": "AWS_ENDPOINT_URL_S3", "gcs": "STORAGE_EMULATOR_HOST"}[name]
		t.Run(name+"/HTTPS_PROXY", func(t *testing.T) {
			proxy := newTLSProxy(t, store)
			f := newProxyFixture(t).set("HTTPS_PROXY", proxy.url, "SSL_CERT_FILE", proxy.caFile, endpointKey, "")
			if name == "gcs" {
				serveMetadata(t, f, 0)
			}
			got := f.run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			want := map[string]string{"s3": "CONNECT s3.eu-central-1.amazonaws.com:443", "gcs": "CONNECT storage.googleapis.com:443"}[name]
			require.Contains(t, proxy.connects, want)
		})
		t.Run(name+"/HTTP_PROXY", func(t *testing.T) {
			proxy := newTLSProxy(t, store)
			got := newProxyFixture(t).set("HTTP_PROXY", proxy.url, endpointKey, "http://store.test").run(t)
			require.Equal(t, 0, got.ExitCode, got.stderr)
			require.NotEmpty(t, proxy.connects)
		})
		t.Run(name+"/NO_PROXY", func(t *testing.T) {
			proxy := newTLSProxy(t, store)
			f := newProxyFixture(
				t,
			).set("HTTP_PROXY", proxy.url, endpointKey, "http://store.test", "NO_PROXY", ".test", "FETCH_TIMEOUT", "3s")
			require.Equal(t, 8, f.run(t).ExitCode, "the host does not exist")
			require.Empty(t, proxy.connects)
		})
	}
}
