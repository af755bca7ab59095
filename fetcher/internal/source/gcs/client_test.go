package gcs

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/api/googleapi"

	"github.com/modelferry/modelferry/fetcher/internal/source"
)

func TestBasePath_emulatorAndUniverse(t *testing.T) {
	tests := []struct{ name, emulator, universe, want string }{
		{"googleapis.com by default", "", "", "https://storage.googleapis.com/storage/v1/"},
		{"another universe", "", "example.com", "https://storage.example.com/storage/v1/"},
		{"an emulator with a scheme", "https://gcs:8443/", "example.com", "https://gcs:8443/storage/v1/"},
		{"an emulator without a scheme", "gcs:8080", "", "http://gcs:8080/storage/v1/"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("STORAGE_EMULATOR_HOST", tt.emulator)
			t.Setenv("GOOGLE_CLOUD_UNIVERSE_DOMAIN", tt.universe)
			require.Equal(t, tt.want, basePath())
		})
	}
}

// newTestSource returns a Source whose emulator is the handler, and counts the connections to it.
func newTestSource(t *testing.T, handler http.HandlerFunc) (src *Source, connections func() int) {
	t.Helper()
	opened := make(chan struct{}, 100)
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened <- struct{}{}
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	t.Setenv("STORAGE_EMULATOR_HOST", server.URL)
	src, err := New("modelferry-fetcher/v1.2.3")
	require.NoError(t, err)
	return src, func() int { return len(opened) }
}

// GCS documents these characters as to be escaped in an object's name.
// https://cloud.google.com/storage/docs/request-endpoints#encoding
func TestClientGet_escapesObjectName(t *testing.T) {
	const name = "a b/ü!#$&'()*+,:;=?@[]%2F{object}~-._"
	var uri, userAgent string
	src, _ := newTestSource(t, func(w http.ResponseWriter, r *http.Request) {
		uri, userAgent = r.RequestURI, r.UserAgent()
		_, _ = io.WriteString(w, `{"size":"1","generation":"7"}`)
	})
	_, err := src.Stat(t.Context(), source.Ref{Bucket: "models", Key: name, Version: "+7"})
	require.NoError(t, err)
	require.Equal(t, "/storage/v1/b/models/o/a%20b%2F%C3%BC%21%23%24%26%27%28%29%2A%2B%2C%3A%3B%3D%3F%40%5B%5D%252F%7Bobject%7D~-._"+
		"?fields=size%2Cgeneration%2Ccrc32c%2CcontentEncoding&generation=7&prettyPrint=false", uri)
	require.Equal(t, "modelferry-fetcher/v1.2.3", userAgent)
}

func TestSourceStat_connectionReusedForRead(t *testing.T) {
	src, connections := newTestSource(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("alt") == "media" {
			w.Header().Set("Content-Range", "bytes 0-0/1")
			w.Header().Set("X-Goog-Generation", "7")
			w.WriteHeader(http.StatusPartialContent)
			_, _ = io.WriteString(w, "x")
			return
		}
		_, _ = io.WriteString(w, `{"size":"1","generation":"7"}`)
		w.(http.Flusher).Flush()
		time.Sleep(20 * time.Millisecond) // the client has the whole JSON, but not the end of the body
		_, _ = io.WriteString(w, "\n")
	})
	object, err := src.Stat(t.Context(), source.Ref{Bucket: "models", Key: "k"})
	require.NoError(t, err)
	body, err := src.Read(t.Context(), object, 0, 1)
	require.NoError(t, err)
	require.NoError(t, body.Close())
	require.Equal(t, 1, connections())
}

func TestSourceStat_invalidMetadata(t *testing.T) {
	for name, body := range map[string]string{"no fields": `{}`, "negative size": `{"size":"-1","generation":"7"}`, "no generation": `{"size":"1"}`, "no JSON": "<"} {
		t.Run(name, func(t *testing.T) {
			src, _ := newTestSource(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
			_, err := src.Stat(t.Context(), source.Ref{Bucket: "models", Key: "k"})
			require.ErrorContains(t, err, "gs://models/k: invalid object metadata")
		})
	}
}

func TestClientGet_errorBodyIsLimited(t *testing.T) {
	src, _ := newTestSource(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		_, _ = w.Write(bytes.Repeat([]byte("x"), 3*maxErrorBody))
	})
	_, err := src.client.get(t.Context(), "models", "k", url.Values{}, http.Header{})
	var apiErr *googleapi.Error
	require.ErrorAs(t, err, &apiErr)
	require.Equal(t, http.StatusBadGateway, apiErr.Code)
	require.Len(t, apiErr.Body, maxErrorBody)
}
