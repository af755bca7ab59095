// Package faultproxy is an HTTP proxy for tests: it forwards to an object store and injects faults.
package faultproxy

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Proxy forwards to a store. It keeps the Host header, which S3's signatures cover.
type Proxy struct {
	// URL is the proxy's address.
	URL     string
	forward http.Handler

	mutex    sync.Mutex
	rules    []*rule
	always   []Fault
	requests []string
}

// Fault handles a request. It may call forward, which sends the request to the store.
type Fault func(w http.ResponseWriter, r *http.Request, forward http.Handler)

type rule struct {
	match func(*http.Request) bool
	times int
	fault Fault
}

// New starts a proxy for the store at target. It ends with the test.
func New(tb testing.TB, target string) *Proxy {
	tb.Helper()
	store, err := url.Parse(target)
	require.NoError(tb, err)
	return NewHandler(tb, &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			host := r.In.Host
			r.SetURL(store)
			r.Out.Host = host
		},
		FlushInterval: -1,
		// The tests close connections on purpose.
		ErrorLog: log.New(io.Discard, "", 0),
	})
}

// NewHandler starts a server that injects faults into the requests to a store in this process. It ends with the test.
func NewHandler(tb testing.TB, store http.Handler) *Proxy {
	tb.Helper()
	p := &Proxy{forward: store}
	server := httptest.NewUnstartedServer(p)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	p.URL = server.URL
	tb.Cleanup(func() {
		server.CloseClientConnections() // a stalled request waits for its client
		server.Close()
	})
	return p
}

// Inject applies a fault to the next matching requests, the given number of times. If several rules match, the first
// one applies.
func (p *Proxy) Inject(times int, match func(*http.Request) bool, fault Fault) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.rules = append(p.rules, &rule{match: match, times: times, fault: fault})
}

// Always applies faults to every request, in addition to those of Inject. The first one sees the request first.
func (p *Proxy) Always(faults ...Fault) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.always = append(p.always, faults...)
}

// Requests returns the requests so far, as method and Range header.
func (p *Proxy) Requests() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return append([]string(nil), p.requests...)
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	handler := p.forward
	for _, fault := range slices.Backward(p.faultsFor(r)) {
		handler = fault.before(handler)
	}
	handler.ServeHTTP(w, r)
}

// before returns a handler that applies the fault before the next one.
func (f Fault) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { f(w, r, next) })
}

// faultsFor records a request and returns its faults: at most one of Inject, then those of Always.
func (p *Proxy) faultsFor(r *http.Request) []Fault {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.requests = append(p.requests, r.Method+" "+r.Header.Get("Range"))
	for _, rule := range p.rules {
		if rule.times > 0 && rule.match(r) {
			rule.times--
			return append([]Fault{rule.fault}, p.always...)
		}
	}
	return slices.Clone(p.always)
}

// RangeFrom matches range requests that begin at offset.
func RangeFrom(offset int64) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return strings.HasPrefix(r.Header.Get("Range"), "bytes="+strconv.FormatInt(offset, 10)+"-")
	}
}

// Any matches every request.
func Any(*http.Request) bool { return true }

// IsRange matches range requests.
func IsRange(r *http.Request) bool { return r.Header.Get("Range") != "" }

// IsHead matches HEAD requests.
func IsHead(r *http.Request) bool { return r.Method == http.MethodHead }

// IsGet matches GET requests.
func IsGet(r *http.Request) bool { return r.Method == http.MethodGet }

// IsMedia matches requests for the content of an object of Cloud Storage.
func IsMedia(r *http.Request) bool { return r.URL.Query().Get("alt") == "media" }

// IsContent matches requests for the content of an object, whole or in part.
func IsContent(r *http.Request) bool {
	return IsGet(r) && (IsMedia(r) || !strings.HasPrefix(r.URL.Path, "/storage/v1/"))
}

// IsNotRange matches requests that are not range requests.
func IsNotRange(r *http.Request) bool { return !IsRange(r) }
