// Package faultproxy is an HTTP proxy for tests: it forwards to a real object store and injects faults.
package faultproxy

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
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
	p := &Proxy{forward: &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			host := r.In.Host
			r.SetURL(store)
			r.Out.Host = host
		},
		FlushInterval: -1,
		// The tests close connections on purpose.
		ErrorLog: log.New(io.Discard, "", 0),
	}}
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

// Requests returns the requests so far, as method and Range header.
func (p *Proxy) Requests() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return append([]string(nil), p.requests...)
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if fault := p.nextFault(r); fault != nil {
		fault(w, r, p.forward)
		return
	}
	p.forward.ServeHTTP(w, r)
}

func (p *Proxy) nextFault(r *http.Request) Fault {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.requests = append(p.requests, r.Method+" "+r.Header.Get("Range"))
	for _, rule := range p.rules {
		if rule.times > 0 && rule.match(r) {
			rule.times--
			return rule.fault
		}
	}
	return nil
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

// IsNotRange matches requests that are not range requests.
func IsNotRange(r *http.Request) bool { return !IsRange(r) }
