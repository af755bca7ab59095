package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// request is a kind of requests that are counted together.
type request struct{ route, method, status string }

// requestCounter counts requests. The zero value is ready.
type requestCounter struct {
	mu     sync.Mutex
	counts map[request]int
}

// count returns a handler that counts the requests to mux, when they are answered.
func (c *requestCounter) count(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		mux.ServeHTTP(recorder, r)
		_, pattern := mux.Handler(r)
		_, route, _ := strings.Cut(pattern, " ")
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.counts == nil {
			c.counts = map[request]int{}
		}
		// A scanner of paths cannot create series.
		c.counts[request{cmp.Or(route, "other"), r.Method, strconv.Itoa(recorder.status)}]++
	})
}

// write writes the counter, sorted.
func (c *requestCounter) write(w io.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range slices.SortedFunc(maps.Keys(c.counts), func(a, b request) int {
		return cmp.Or(cmp.Compare(a.route, b.route), cmp.Compare(a.method, b.method), cmp.Compare(a.status, b.status))
	}) {
		fmt.Fprintf(w, "model_server_requests_total{method=%q,route=%q,status=%q} %d\n", r.method, r.route, r.status, c.counts[r])
	}
}

// statusRecorder records the status of a response.
type statusRecorder struct {
	http.ResponseWriter
	status int
}

// WriteHeader records the status.
func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// metrics serves metrics in the Prometheus text format, with the names of examples/README.md.
func (h *handler) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	ready := 1
	if h.checkPaths() != nil {
		ready = 0
	}
	writeHeader(w, "ready", "gauge", "Whether all required artifacts exist.")
	fmt.Fprintf(w, "model_server_ready %d\n", ready)
	writeHeader(w, "requests_total", "counter", "HTTP requests.")
	h.requests.write(w)
	// Without the digests of the files: Prometheus asks every few seconds.
	m, folder, err := readMarker(h.model)
	if m == nil || err != nil {
		return
	}
	writeHeader(w, "fetched_timestamp_seconds", "gauge", "When the fetcher published the artifacts.")
	fmt.Fprintf(w, "model_server_fetched_timestamp_seconds %.3f\n", float64(m.FetchedAt.UnixMilli())/1000)
	a, found := m.modelRecord(folder, h.model)
	if !found {
		return
	}
	writeHeader(w, "model_info", "gauge", "The model; the value is 1.")
	fmt.Fprintf(w, "model_server_model_info{sha256=%q,source=%q,verified=%q,version=%q} 1\n", a.SHA256, a.Source, a.Verified, a.Version)
	writeHeader(w, "model_bytes", "gauge", "Size of the model's object.")
	fmt.Fprintf(w, "model_server_model_bytes %d\n", a.Bytes)
}

func writeHeader(w io.Writer, name, kind, help string) {
	fmt.Fprintf(w, "# HELP model_server_%s %s\n# TYPE model_server_%s %s\n", name, help, name, kind)
}
