//go:build e2e

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// watch asks a service for its model all the time that something else goes on.
type watch struct {
	url  string
	stop chan struct{}
	done sync.WaitGroup

	mu       sync.Mutex
	answers  int
	failures []string
	// first is when a digest was answered for the first time.
	first map[string]time.Time
}

// begin watches a service at its cluster IP, a request every 50 ms.
func begin(url string) *watch {
	w := &watch{url: url + "/model", stop: make(chan struct{}), first: map[string]time.Time{}}
	w.done.Go(func() {
		// A new connection each time, so that each request is balanced anew.
		client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
		for {
			select {
			case <-w.stop:
				return
			case <-time.After(50 * time.Millisecond):
				w.ask(client)
			}
		}
	})
	return w
}

func (w *watch) ask(client *http.Client) {
	digest, err := modelAt(client, w.url)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers++
	if err != nil {
		w.failures = append(w.failures, err.Error())
		return
	}
	if _, seen := w.first[digest]; !seen {
		w.first[digest] = time.Now()
	}
}

func modelAt(client *http.Client, url string) (string, error) {
	response, err := client.Get(url)
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

// end ends the watch and returns when each digest was first seen, and what failed.
func (w *watch) end() (first map[string]time.Time, answers int, failures []string) {
	close(w.stop)
	w.done.Wait()
	return w.first, w.answers, w.failures
}
