package pki

import (
	"crypto/tls"
	"crypto/x509"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAuthority_mutualTLS(t *testing.T) {
	authority, err := LoadOrCreateAuthority(t.TempDir(), "modelferry-gke")
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(authority.PEM()))
	serverCert, err := authority.IssueServerCert("kube-apiserver", []netip.Addr{netip.MustParseAddr("127.0.0.1")}, "kubernetes.default")
	require.NoError(t, err)
	clientCert, err := authority.IssueClientCert("kubelet-client", "system:masters")
	require.NoError(t, err)

	var user string
	var groups []string
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		subject := r.TLS.PeerCertificates[0].Subject
		user, groups = subject.CommonName, subject.Organization
	}))
	server.TLS = &tls.Config{
		Certificates: []tls.Certificate{loadKeyPair(t, serverCert)}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
	}
	server.StartTLS()
	defer server.Close()

	httpClient := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{
		RootCAs: pool, Certificates: []tls.Certificate{loadKeyPair(t, clientCert)},
	}}}
	response, err := httpClient.Get(server.URL)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, "kubelet-client", user)
	require.Equal(t, []string{"system:masters"}, groups)
}

func loadKeyPair(t *testing.T, pair CertFiles) tls.Certificate {
	t.Helper()
	cert, err := tls.LoadX509KeyPair(pair.Cert, pair.Key)
	require.NoError(t, err)
	return cert
}

func TestLoadOrCreateAuthority_fileModes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pki")
	authority, err := LoadOrCreateAuthority(dir, "modelferry-gke")
	require.NoError(t, err)
	_, err = authority.IssueServerCert("server", nil, "localhost")
	require.NoError(t, err)
	_, err = LoadOrCreateServiceAccountKey(dir)
	require.NoError(t, err)
	require.NoError(t, WriteTokenFile(filepath.Join(dir, "tokens.csv"), User{Name: "admin", Token: NewToken()}))

	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 6)
	for _, entry := range entries {
		info, err := entry.Info()
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode(), entry.Name())
	}
	info, err := os.Stat(dir)
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o700), info.Mode().Perm())
}

func TestLoadOrCreate_reusesKeys(t *testing.T) {
	dir := t.TempDir()
	old, err := LoadOrCreateAuthority(dir, "modelferry-gke")
	require.NoError(t, err)
	again, err := LoadOrCreateAuthority(dir, "modelferry-gke")
	require.NoError(t, err)
	require.Equal(t, old.PEM(), again.PEM())

	path, err := LoadOrCreateServiceAccountKey(dir)
	require.NoError(t, err)
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	_, err = LoadOrCreateServiceAccountKey(dir)
	require.NoError(t, err)
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)

	first, err := LoadOrCreate(filepath.Join(dir, "secret", "admin.token"), "one")
	require.NoError(t, err)
	second, err := LoadOrCreate(filepath.Join(dir, "secret", "admin.token"), "two")
	require.NoError(t, err)
	require.Equal(t, "one", first)
	require.Equal(t, "one", second)
}

func TestWriteTokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.csv")
	require.NoError(t, WriteTokenFile(path,
		User{Name: "admin", Groups: []string{"system:masters"}, Token: "T1"},
		User{Name: "system:node:n", Groups: []string{"system:nodes", "more"}, Token: "T2"}))
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "T1,admin,admin,system:masters\nT2,system:node:n,system:node:n,\"system:nodes,more\"\n", string(content))
}
