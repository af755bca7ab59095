package sigstoretest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Serve starts the services, until the test ends: Fulcio, Rekor with version 1 of its API, and GitHub's endpoint for
// identity tokens. Their URL is in the trusted root from then on.
func (s *Sigstore) Serve(tb testing.TB) (url string) {
	tb.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+tokenPath, s.serveToken)
	mux.HandleFunc("POST /api/v2/signingCert", func(w http.ResponseWriter, r *http.Request) { s.serveCertificate(tb, w, r) })
	mux.HandleFunc("POST /api/v1/log/entries", func(w http.ResponseWriter, r *http.Request) { s.serveEntry(tb, w, r) })
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)
	s.url = server.URL
	return s.url
}

// refuse answers with an error as the services do.
func refuse(w http.ResponseWriter, status int, message string) {
	answer(w, status, map[string]any{"code": status, "message": message})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
