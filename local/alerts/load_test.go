//go:build alerts

package alerts

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// startLoad asks for predictions with several workers until the test ends. Each pauses after a response.
func (c service) startLoad(t *testing.T, workers int, pause time.Duration) {
	t.Helper()
	body, err := os.ReadFile(filepath.Join(c.Root, "examples", template, "request.json"))
	require.NoError(t, err)
	url := c.url() + "/predict"
	// The client's own, so that its connections are not shared and reach each pod.
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for range workers {
		go func(ctx context.Context) {
			for ctx.Err() == nil {
				ask(ctx, client, url, body)
				time.Sleep(pause)
			}
		}(t.Context())
	}
}

// ask sends a request. The server counts its failures, so they are ignored here.
func ask(ctx context.Context, client *http.Client, url string, body []byte) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		time.Sleep(100 * time.Millisecond)
		return
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
}
