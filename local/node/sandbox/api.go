package sandbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// api speaks to the node's API server: three requests, for which client-go would be a third of this program's
// memory.
type api struct {
	url, token string
	client     *http.Client
}

func newAPI(url, token string, ca []byte) *api {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return &api{url: url, token: token, client: &http.Client{
		Timeout:   5 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}},
	}}
}

// ready is nil when the API server is.
func (a *api) ready(ctx context.Context) error {
	_, err := a.do(ctx, http.MethodGet, "/readyz", nil)
	return err
}

// create makes an object; that it is there already is as good.
func (a *api) create(ctx context.Context, path string, object any) error {
	content, err := json.Marshal(object)
	if err != nil {
		return err
	}
	status, err := a.do(ctx, http.MethodPost, path, content)
	if status == http.StatusConflict {
		return nil
	}
	return err
}

// schedulable is nil when the node is ready and pods may go to it.
func (a *api) schedulable(ctx context.Context, name string) error {
	request, err := a.request(ctx, http.MethodGet, "/api/v1/nodes/"+name, nil)
	if err != nil {
		return err
	}
	response, err := a.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var node struct {
		Spec   struct{ Taints []struct{ Key string } }
		Status struct {
			Conditions []struct{ Type, Status, Message string }
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&node); err != nil {
		return err
	}
	for _, condition := range node.Status.Conditions {
		if condition.Type != "Ready" {
			continue
		}
		if condition.Status != "True" {
			return fmt.Errorf("node not ready: %s", condition.Message)
		}
		if len(node.Spec.Taints) > 0 {
			return fmt.Errorf("node still has the taint %s", node.Spec.Taints[0].Key)
		}
		return nil
	}
	return fmt.Errorf("node not registered")
}

func (a *api) do(ctx context.Context, method, path string, body []byte) (status int, err error) {
	request, err := a.request(ctx, method, path, body)
	if err != nil {
		return 0, err
	}
	response, err := a.client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 4096))
	if err != nil {
		return 0, err
	}
	if response.StatusCode >= 300 {
		return response.StatusCode, fmt.Errorf("%s %s: %s: %s", method, path, response.Status, content)
	}
	return response.StatusCode, nil
}

func (a *api) request(ctx context.Context, method, path string, body []byte) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, method, a.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	request.Header.Set("Content-Type", "application/json")
	return request, nil
}
