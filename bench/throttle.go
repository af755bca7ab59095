package main

import (
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"path"
	"sync"

	"golang.org/x/time/rate"
)

// throttle is a proxy on loopback that answers as S3 does when a prefix gets more requests than it is scaled for: at
// most a number of requests a second, and 503 SlowDown to the others, which cost the store nothing.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
type throttle struct {
	endpoint string
	server   *http.Server
	forward  http.Handler
	// perSecond is the number of requests that a prefix answers in a second, and at once after a pause.
	perSecond int

	mutex    sync.Mutex
	prefixes map[string]*rate.Limiter
	requests requestCounts
}

// requestCounts counts the requests that clients sent.
type requestCounts struct {
	// total includes the throttled ones.
	total, throttled int
}

// slowDown is S3's body of the error.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
const slowDown = `<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>`

// startThrottle starts a throttle before the store at target.
func startThrottle(ctx context.Context, target string, perSecond int) (*throttle, error) {
	store, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	quiet := log.New(io.Discard, "", 0) // clients that are killed break connections
	t := &throttle{
		endpoint: "http://" + listener.Addr().String(), perSecond: perSecond, prefixes: map[string]*rate.Limiter{},
		forward: &httputil.ReverseProxy{
			Rewrite: func(r *httputil.ProxyRequest) {
				host := r.In.Host // S3's signature covers it
				r.SetURL(store)
				r.Out.Host = host
			},
			ErrorLog: quiet,
			// The default keeps two idle connections, and would open one for nearly every request.
			Transport: &http.Transport{MaxIdleConnsPerHost: 1000, DisableCompression: true},
		},
	}
	t.server = &http.Server{Handler: t, ErrorLog: quiet} //nolint:gosec // on loopback, for a benchmark
	go t.server.Serve(listener)                          //nolint:errcheck // it ends with stop
	return t, nil
}

func (t *throttle) stop() { _ = t.server.Close() } // its connections are idle

func (t *throttle) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if t.admit(path.Dir(r.URL.Path)) {
		t.forward.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("X-Amz-Request-Id", "0123456789ABCDEF")
	w.WriteHeader(http.StatusServiceUnavailable)
	if r.Method != http.MethodHead {
		_, _ = io.WriteString(w, slowDown) // the client may be gone
	}
}

// admit counts a request and reports whether the prefix may answer it.
func (t *throttle) admit(prefix string) bool {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	limiter := t.prefixes[prefix]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Limit(t.perSecond), t.perSecond)
		t.prefixes[prefix] = limiter
	}
	t.requests.total++
	admitted := limiter.Allow()
	if !admitted {
		t.requests.throttled++
	}
	return admitted
}

func (t *throttle) counts() requestCounts {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return t.requests
}
