package main_test

import (
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/storetest"
)

// checkAtOnce runs the fetcher with its default delays, and requires exit code 2 without a second attempt.
func checkAtOnce(t *testing.T, f *fixture, message string) {
	t.Helper()
	delete(f.env, "FETCH_BACKOFF")
	began := time.Now()
	failure{prepare: func(*testing.T, *fixture) {}, exit: 2, outcome: "config", message: message}.check(t, f)
	require.Less(t, time.Since(began), 5*time.Second)
}

func TestExitCode_requestThatCannotBeMade(t *testing.T) {
	tests := []struct{ store, key, value, message string }{
		{"s3", "AWS_REGION", "eu-west-1\n", "invalid AWS_REGION"},
		{"s3", "AWS_ACCESS_KEY_ID", "key\n", "invalid AWS_ACCESS_KEY_ID"},
		{"s3", "AWS_SECRET_ACCESS_KEY", "secret\n", "invalid AWS_SECRET_ACCESS_KEY"},
		{"s3", "AWS_ENDPOINT_URL_S3", "minio:9000", "invalid AWS_ENDPOINT_URL_S3"},
		{"s3", "AWS_ENDPOINT_URL_S3", "http://minio\n", "invalid AWS_ENDPOINT_URL_S3"},
		{"s3", "S3_BUCKET", "arn:aws:s3:eu-central-1:111122223333:accesspoint/-", "the request cannot be made"}, // says the SDK
		{"gcs", "STORAGE_EMULATOR_HOST", "http://gcs\n", "invalid STORAGE_EMULATOR_HOST"},
		{"gcs", "STORAGE_EMULATOR_HOST", "ftp://gcs", "invalid STORAGE_EMULATOR_HOST"},
		{"gcs", "HTTPS_PROXY", "http://proxy:3128\n", "invalid HTTPS_PROXY"},
	}
	for _, tt := range tests {
		t.Run(tt.store+"/"+tt.key+"="+tt.value, func(t *testing.T) {
			t.Parallel()
			checkAtOnce(t, newFixture(t, allStores(t)[tt.store], "").set(tt.key, tt.value), tt.message)
		})
	}
}

// serveTLS serves a store with a certificate for 127.0.0.1 of an unknown CA. It returns the URL and the CA's file.
func serveTLS(t *testing.T, store http.Handler) (url, caFile string) {
	t.Helper()
	server := httptest.NewUnstartedServer(store)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // clients that refuse the certificate
	server.StartTLS()
	t.Cleanup(server.Close)
	caFile = filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	require.NoError(t, os.WriteFile(caFile, block, 0o600))
	return server.URL, caFile
}

func TestFetcher_certificates(t *testing.T) {
	for name, store := range storetest.Fakes(t) {
		url, caFile := serveTLS(t, store.Proxy)
		newTLSFixture := func(t *testing.T, endpoint string) *fixture {
			t.Helper()
			f := newFixture(t, store, endpoint)
			store.Put(t, f.bucket, "models/m.bin", []byte("m"))
			return f
		}
		t.Run(name+"/unknown CA", func(t *testing.T) {
			checkAtOnce(t, newTLSFixture(t, url), "certificate signed by unknown authority")
			require.Empty(t, store.Requests())
		})
		t.Run(name+"/host name that is not in the certificate", func(t *testing.T) {
			f := newTLSFixture(
				t,
				strings.Replace(url, "127.0.0.1", "localhost", 1),
			).set("SSL_CERT_FILE", caFile, "S3_ADDRESSING_STYLE", "path")
			checkAtOnce(t, f, "use a host name that is in the certificate")
		})
		t.Run(name+"/https for a server without TLS", func(t *testing.T) {
			checkAtOnce(t, newTLSFixture(t, strings.Replace(store.Endpoint(), "http:", "https:", 1)), "check the scheme of the endpoint")
		})
		t.Run(name+"/http for a server with TLS", func(t *testing.T) {
			message := map[string]string{"s3": "another server answered, not the store", "gcs": "use an endpoint with https://"}[name]
			checkAtOnce(t, newTLSFixture(t, strings.Replace(url, "https:", "http:", 1)), message)
		})
		t.Run(name+"/known CA", func(t *testing.T) {
			for _, variable := range map[string][]string{"s3": {"SSL_CERT_FILE", "AWS_CA_BUNDLE"}, "gcs": {"SSL_CERT_FILE"}}[name] {
				got := newTLSFixture(t, url).set(variable, caFile).run(t)
				require.Equal(t, 0, got.ExitCode, got.stderr)
			}
		})
	}
}

// The credentials name their universe, so that each request would be refused.
func TestExitCode_credentialsOfAnotherUniverse(t *testing.T) {
	for _, tt := range []struct{ name, credentials, endpoint, message string }{
		{"Google's endpoint", "apis.example", "", "the credentials are for the universe apis.example, the endpoint is in googleapis.com"},
		{"another endpoint", "", "apis.example", "the credentials are for the universe googleapis.com, the endpoint is in apis.example"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, storetest.GCS(t), "")
			file := filepath.Join(f.volume, "key.json")
			require.NoError(t, os.WriteFile(file, []byte(`{"type":"authorized_user","client_id":"c","client_secret":"s",`+
				`"refresh_token":"r","universe_domain":"`+tt.credentials+`"}`), 0o600))
			f.set("STORAGE_EMULATOR_HOST", "", "GOOGLE_APPLICATION_CREDENTIALS", file, "GOOGLE_CLOUD_UNIVERSE_DOMAIN", tt.endpoint)
			checkAtOnce(t, f, tt.message)
		})
	}
}
