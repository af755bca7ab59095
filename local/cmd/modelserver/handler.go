package main

import (
	"encoding/json"
	"net/http"
	"time"
)

// handler serves the endpoints of one model.
type handler struct {
	model string
	// requiredPaths are the paths that must exist: the model's and others.
	requiredPaths []string
	requests      requestCounter
}

// newHandler returns a handler for a model's file or folder. others are further paths that must exist;
// empty ones are ignored.
func newHandler(model string, others ...string) http.Handler {
	h := &handler{model: model, requiredPaths: []string{model}}
	for _, path := range others {
		if path != "" {
			h.requiredPaths = append(h.requiredPaths, path)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", h.health)
	mux.HandleFunc("GET /model", h.describeModel)
	mux.HandleFunc("GET /metrics", h.metrics)
	return h.requests.count(mux)
}

func (h *handler) checkPaths() error {
	for _, path := range h.requiredPaths {
		if err := checkPresent(path); err != nil {
			return err
		}
	}
	return nil
}

func (h *handler) health(w http.ResponseWriter, _ *http.Request) {
	if err := h.checkPaths(); err != nil {
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"status": "unavailable", "reason": err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// description is the response of /model.
type description struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	// Artifacts and FetchedAt come from the fetcher's marker, if there is one.
	Artifacts []artifact `json:"artifacts"`
	FetchedAt *time.Time `json:"fetchedAt,omitempty"`
}

// describeModel reads the files again on each request, so that it describes what is on disk now.
func (h *handler) describeModel(w http.ResponseWriter, _ *http.Request) {
	content, err := readContent(h.model)
	if err != nil {
		writeJSON(w, http.StatusServiceUnavailable, map[string]string{"reason": err.Error()})
		return
	}
	d := description{Path: h.model, Bytes: content.bytes, SHA256: content.sha256, Artifacts: []artifact{}}
	m, err := verifyMarker(h.model)
	if err != nil {
		writeJSON(w, http.StatusInternalServerError, map[string]string{"reason": err.Error()})
		return
	}
	if m != nil {
		d.Artifacts, d.FetchedAt = m.Artifacts, &m.FetchedAt
	}
	writeJSON(w, http.StatusOK, d)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client closed the connection
}
