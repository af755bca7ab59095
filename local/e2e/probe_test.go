//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"
)

// probe asks a service for its model while something else goes on.
type probe struct {
	url  string
	stop func()
	done sync.WaitGroup

	requests int
	failures []string
	// firstSeen is when each digest was answered for the first time.
	firstSeen map[string]time.Time
}

// startProbe sends a request every 50 ms to a service's cluster IP, until result is called or the test ends.
func startProbe(t *testing.T, url string) *probe {
	t.Helper()
	stopped := make(chan struct{})
	p := &probe{url: url, stop: sync.OnceFunc(func() { close(stopped) }), firstSeen: map[string]time.Time{}}
	p.done.Go(func() {
		for {
			select {
			case <-stopped:
				return
			case <-time.After(50 * time.Millisecond):
				p.request()
			}
		}
	})
	t.Cleanup(func() {
		p.stop()
		p.done.Wait()
	})
	return p
}

func (p *probe) request() {
	digest, err := servedDigest(p.url)
	p.requests++
	if err != nil {
		p.failures = append(p.failures, err.Error())
		return
	}
	if _, seen := p.firstSeen[digest]; !seen {
		p.firstSeen[digest] = time.Now()
	}
}

// probeClient opens a new connection for each request, so that each is balanced anew, and uses no proxy. The timeout is
// for a connection that leads nowhere, not for a busy machine.
var probeClient = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

// servedDigest returns the SHA-256 of the model that the service at url answers with.
func servedDigest(url string) (string, error) {
	response, err := probeClient.Get(url + "/model")
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var model struct {
		SHA256 string `json:"sha256"`
	}
	if err := json.NewDecoder(response.Body).Decode(&model); err != nil || response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s (%w)", url, response.Status, err)
	}
	return model.SHA256, nil
}

// result ends the probe and returns when each digest was first seen, the number of requests, and what failed.
func (p *probe) result() (firstSeen map[string]time.Time, requests int, failures []string) {
	p.stop()
	p.done.Wait()
	return p.firstSeen, p.requests, p.failures
}
