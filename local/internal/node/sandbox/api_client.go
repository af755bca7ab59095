package sandbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// apiClient sends a few requests to the node's API server. client-go would take a third of this process's memory.
type apiClient struct {
	url, token string
	client     *http.Client
}

func newAPIClient(url, token string, ca []byte) *apiClient {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &apiClient{url: url, token: token, client: &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}},
	}}
}

// checkReady returns nil if the API server is ready.
func (a *apiClient) checkReady(ctx context.Context) error {
	_, _, err := a.do(ctx, http.MethodGet, "/readyz", nil)
	return err
}

// create creates an object. An existing one is not an error.
func (a *apiClient) create(ctx context.Context, path string, object any) error {
	content, err := json.Marshal(object)
	if err != nil {
		return err
	}
	status, _, err := a.do(ctx, http.MethodPost, path, content)
	if status == http.StatusConflict {
		return nil
	}
	return err
}

// checkSchedulable returns nil if the node is ready and schedulable. After a restart, the API server reports the
// status of the last run until the kubelet sends a heartbeat, so older heartbeats than since do not count.
func (a *apiClient) checkSchedulable(ctx context.Context, name string, since time.Time) error {
	var node struct {
		Spec   struct{ Taints []struct{ Key string } }
		Status struct {
			Conditions []struct {
				Type, Status, Message string
				LastHeartbeatTime     time.Time // has a resolution of one second
			}
		}
	}
	if err := a.get(ctx, "/api/v1/nodes/"+name, &node); err != nil {
		return err
	}
	for _, condition := range node.Status.Conditions {
		if condition.LastHeartbeatTime.Before(since.Truncate(time.Second)) {
			return errors.New("no heartbeat from the kubelet since the start")
		}
		if condition.Type == "Ready" && condition.Status != "True" {
			return fmt.Errorf("node not ready: %s", condition.Message)
		}
	}
	if len(node.Spec.Taints) > 0 {
		return fmt.Errorf("node still has the taint %s", node.Spec.Taints[0].Key)
	}
	return nil
}

func (a *apiClient) get(ctx context.Context, path string, target any) error {
	_, content, err := a.do(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, target)
}

func (a *apiClient) do(ctx context.Context, method, path string, body []byte) (status int, content []byte, err error) {
	const maxBytes = 1 << 20
	request, err := http.NewRequestWithContext(ctx, method, a.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := a.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	content, err = io.ReadAll(io.LimitReader(response.Body, maxBytes))
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %.500s", method, path, response.Status, content)
	}
	return response.StatusCode, content, err
}
