// Package loadgen sends requests to a service at a fixed rate, and counts how they end.
package loadgen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// Options are what is sent.
type Options struct {
	// URL gets POST requests with Body as JSON.
	URL  string
	Body []byte
	// Rate is the number of requests a second. They are sent when they are due, whether earlier ones have ended or not,
	// except that at most MaxInFlight are under way.
	Rate        float64
	MaxInFlight int
	// Timeout is for each request, with its connection.
	Timeout time.Duration
}

// Load is a run of requests.
type Load struct {
	options Options
	client  *http.Client

	mu        sync.Mutex
	started   time.Time
	ended     time.Time // when ctx was done, or zero
	failures  map[string]Tally
	answers   map[string]Tally
	latencies []time.Duration
}

// New returns a load that has not sent anything yet.
func New(o Options) *Load {
	return &Load{
		options: o,
		// Each request has a connection of its own, which goes to one of the endpoints that the Service has then.
		client:   &http.Client{Timeout: o.Timeout, Transport: &http.Transport{DisableKeepAlives: true}},
		failures: map[string]Tally{}, answers: map[string]Tally{},
	}
}

// WaitForAnswer sends requests, which are not counted, until one is answered. Network policies learn of the address of
// a new pod some moments after the pod has started, and its connections are rejected until then.
func (l *Load) WaitForAnswer(ctx context.Context) error {
	for {
		_, err := l.send()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("no answer: %w", err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Run sends requests until ctx is done, and returns when all have ended.
func (l *Load) Run(ctx context.Context) {
	var requests sync.WaitGroup
	defer requests.Wait()
	inFlight := make(chan struct{}, l.options.MaxInFlight)
	l.mu.Lock()
	l.started = time.Now()
	l.mu.Unlock()
	for n := 0; ; n++ {
		due := l.started.Add(time.Duration(float64(n) / l.options.Rate * float64(time.Second)))
		select {
		case <-ctx.Done():
			l.mu.Lock()
			l.ended = time.Now()
			l.mu.Unlock()
			return
		case <-time.After(time.Until(due)):
		}
		inFlight <- struct{}{}
		requests.Go(func() {
			answer, err := l.send()
			l.record(answer, err, time.Since(due))
			<-inFlight
		})
	}
}

// send returns the body of an answer with status 200. At the end of the run, the requests under way are waited for.
func (l *Load) send() (string, error) {
	response, err := l.client.Post(l.options.URL, "application/json", bytes.NewReader(l.options.Body))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", statusError(response.StatusCode)
	}
	return string(answer), nil
}

// statusError is an answer with another status than 200.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("status %d", int(e)) }

// record counts a request. latency is from when it was due, so that a late start counts.
func (l *Load) record(answer string, err error, latency time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.latencies = append(l.latencies, latency)
	if err != nil {
		count(l.failures, failureKind(err))
		return
	}
	count(l.answers, answer)
}

func count(tallies map[string]Tally, key string) {
	tally, now := tallies[key], time.Now()
	if tally.Count == 0 {
		tally.First = now
	}
	tally.Count++
	tally.Last = now
	tallies[key] = tally
}

// failureKind returns what an error is counted as.
func failureKind(err error) string {
	var status statusError
	var network net.Error
	switch {
	case errors.As(err, &status):
		return status.Error()
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed without an answer"
	case errors.As(err, &network) && network.Timeout():
		return "timeout"
	default:
		if inner := errors.Unwrap(err); inner != nil {
			err = inner
		}
		return "other: " + err.Error()
	}
}
