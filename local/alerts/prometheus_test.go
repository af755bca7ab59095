//go:build alerts

package alerts

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// pollInterval is that of Prometheus' evaluations in the local cloud.
const pollInterval = 5 * time.Second

// prometheus is a client of Prometheus' API.
type prometheus struct{ url string }

// query returns the labels of each series of an instant query.
func (p prometheus) query(ctx context.Context, query string) ([]map[string]string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/api/v1/query?query="+url.QueryEscape(query), nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var body struct {
		Status, Error string
		Data          struct {
			Result []struct{ Metric map[string]string }
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&body); err != nil {
		return nil, err
	}
	if body.Status != "success" {
		return nil, fmt.Errorf("query %s: %s", query, body.Error)
	}
	var series []map[string]string
	for _, result := range body.Data.Result {
		series = append(series, result.Metric)
	}
	return series, nil
}

// firing returns the labels of the alerts of a name that fire and have the labels.
func (p prometheus) firing(ctx context.Context, alert string, labels map[string]string) ([]map[string]string, error) {
	matchers := fmt.Sprintf("alertname=%q,alertstate=%q", alert, "firing")
	for name, value := range maps.All(labels) {
		matchers += fmt.Sprintf(",%s=%q", name, value)
	}
	return p.query(ctx, "ALERTS{"+matchers+"}")
}

// requireSilent fails if an alert fires.
func (p prometheus) requireSilent(t *testing.T, alert string, labels map[string]string) {
	t.Helper()
	series, err := p.firing(t.Context(), alert, labels)
	require.NoError(t, err)
	require.Empty(t, series, "%s fires before its cause", alert)
}

// waitUntilFiring waits until an alert fires, and returns its labels.
func (p prometheus) waitUntilFiring(t *testing.T, alert string, labels map[string]string, limit time.Duration) map[string]string {
	t.Helper()
	var series []map[string]string
	waitFor(t, limit, func() error {
		var err error
		if series, err = p.firing(t.Context(), alert, labels); err == nil && len(series) == 0 {
			err = fmt.Errorf("%s %v does not fire", alert, labels)
		}
		return err
	})
	return series[0]
}

// waitFor polls until condition returns nil, and fails with its last error after the limit.
func waitFor(t *testing.T, limit time.Duration, condition func() error) {
	t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(pollInterval) {
		err := condition()
		if err == nil {
			return
		}
		require.True(t, time.Now().Before(deadline), "after %s: %v", limit, err)
	}
}
