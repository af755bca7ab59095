package loadgen

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// runUntil sends 1000 requests a second until the server has got n, and returns the report of all.
func runUntil(t *testing.T, o Options, got *atomic.Int64, n int64) Report {
	t.Helper()
	o.Rate, o.MaxInFlight = 1000, 1000
	l := New(o)
	ctx, stop := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() { l.Run(ctx) })
	for got.Load() < n {
		time.Sleep(time.Millisecond)
	}
	stop()
	run.Wait()
	return l.Report()
}

// Each request has its own connection, its answer is counted, and those that are under way at the end, too.
func TestLoad_Run_answers(t *testing.T) {
	var got, connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		n := got.Add(1)
		body, _ := io.ReadAll(req.Body)
		time.Sleep(20 * time.Millisecond)
		fmt.Fprintf(w, "%s %s %t", req.Method, body, n > 30)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()

	report := runUntil(t, Options{URL: server.URL, Body: []byte("x"), Timeout: time.Minute}, &got, 100)
	require.Equal(t, int(got.Load()), report.Requests)
	require.Equal(t, got.Load(), connections.Load())
	require.LessOrEqual(t, report.Requests, report.Due, "none is sent before it is due")
	require.Empty(t, report.Failures)
	require.Len(t, report.Answers, 2)
	require.Equal(t, 30, report.Answers["POST x false"].Count)
	require.Positive(t, report.Seconds)
	require.Equal(t, report.Requests-30, report.Answers["POST x true"].Count)
	require.GreaterOrEqual(t, report.Latency.P50, 20.0)
	require.GreaterOrEqual(t, report.Latency.Max, report.Latency.P99)
}

func TestLoad_Run_failures(t *testing.T) {
	abort := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for _, test := range []struct {
		name, kind string
		timeout    time.Duration
		handler    http.HandlerFunc
	}{
		{"status", "status 503", time.Minute, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }},
		{"another success", "status 204", time.Minute, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }},
		{"closed", "connection closed without an answer", time.Minute, abort},
		{"reset", "connection reset", time.Minute, func(w http.ResponseWriter, _ *http.Request) {
			connection, _, _ := w.(http.Hijacker).Hijack()
			_ = connection.(*net.TCPConn).SetLinger(0)
			_ = connection.Close()
		}},
		{"half an answer", "connection closed without an answer", time.Minute, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("half"))
		}},
		{"timeout", "timeout", 10 * time.Millisecond, func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() }},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				_, _ = io.Copy(io.Discard, req.Body) // the server notices the end of a connection after the body
				got.Add(1)
				test.handler(w, req)
			}))
			defer server.Close()
			report := runUntil(t, Options{URL: server.URL, Body: []byte("x"), Timeout: test.timeout}, &got, 3)
			require.Len(t, report.Failures, 1)
			require.Equal(t, report.Requests, report.Failures[test.kind].Count)
			require.Empty(t, report.Answers)
		})
	}
}

// A server that is slower than the rate gets no more requests at once than allowed.
func TestLoad_Run_maxInFlight(t *testing.T) {
	var got, inFlight, most atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		most.Store(max(most.Load(), inFlight.Add(1)))
		time.Sleep(10 * time.Millisecond)
		inFlight.Add(-1)
		got.Add(1)
	}))
	defer server.Close()
	l := New(Options{URL: server.URL, Rate: 1000, MaxInFlight: 2, Timeout: time.Minute})
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		for got.Load() < 10 {
			time.Sleep(time.Millisecond)
		}
		stop()
	}()
	l.Run(ctx)
	require.EqualValues(t, 2, most.Load())
	require.Equal(t, int(got.Load()), l.Report().Requests)
	// 5 rounds of two, each of 10 ms at least
	require.GreaterOrEqual(t, l.Report().Due, 50)
	require.Less(t, l.Report().Requests, l.Report().Due/2, "the report says that the service was slower than the rate")
	due := l.Report().Due
	time.Sleep(10 * time.Millisecond)
	require.Equal(t, due, l.Report().Due, "none is due after the end")
	require.Greater(t, l.Report().Latency.Max, 30.0, "the time before a request is sent counts")
}

func TestLoad_WaitForAnswer(t *testing.T) {
	var got atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if got.Add(1) < 3 {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer server.Close()
	l := New(Options{URL: server.URL, Timeout: time.Minute})
	require.NoError(t, l.WaitForAnswer(t.Context()))
	require.EqualValues(t, 3, got.Load())
	require.Zero(t, l.Report().Requests)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got.Store(0)
	require.ErrorContains(t, l.WaitForAnswer(ctx), "no answer: status 403")
}

func TestLoad_Run_noServer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	l := New(Options{URL: "http://" + listener.Addr().String(), Rate: 1000, MaxInFlight: 10, Timeout: time.Minute})
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		for l.Report().Requests == 0 {
			time.Sleep(time.Millisecond)
		}
		stop()
	}()
	l.Run(ctx)
	report := l.Report()
	require.Equal(t, report.Requests, report.Failures["connection refused"].Count)
}

func TestLatencyOf(t *testing.T) {
	var latencies []time.Duration
	for n := 200; n > 0; n-- {
		latencies = append(latencies, time.Duration(n)*time.Millisecond)
	}
	require.Equal(t, Latency{P50: 100, P90: 180, P99: 198, Max: 200}, latencyOf(latencies))
	require.Equal(t, Latency{P50: 7, P90: 7, P99: 7, Max: 7}, latencyOf([]time.Duration{7 * time.Millisecond}))
	require.Zero(t, latencyOf(nil))
}

func TestReport_String(t *testing.T) {
	report := Report{Requests: 3, Due: 4, Seconds: 7.25, Latency: Latency{1, 2, 3, 4}}
	require.Equal(t, "3 requests of 4 in 7.2 s, none failed; p50 1.0 ms, p90 2.0 ms, p99 3.0 ms, max 4.0 ms", report.String())
	at := time.Date(2026, 11, 28, 1, 2, 3, 0, time.UTC)
	report.Failures = map[string]Tally{"timeout": {1, at, at}, "status 503": {2, at, at.Add(time.Second)}}
	require.Contains(t, report.String(),
		"3 requests of 4 in 7.2 s, failed: status 503: 2 from 01:02:03 to 01:02:04, timeout: 1 from 01:02:03 to 01:02:03; p50")
}
