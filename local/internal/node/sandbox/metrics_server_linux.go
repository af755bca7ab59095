package sandbox

import (
	"context"
	"fmt"
	"net/http"
)

// registerMetricsServer has the API server forward the metrics API. It waits until that works, because clients that
// look up the API groups meanwhile would get an error. The first metrics are there some seconds later.
func (n *node) registerMetricsServer(ctx context.Context) error {
	ca := n.credentials.authority.PEM()
	server := newAPIClient(n.config.MetricsServerURL(), n.credentials.adminToken, ca)
	if err := n.waitReady(ctx, "metrics-server", func(ctx context.Context) error {
		_, _, err := server.do(ctx, http.MethodGet, "/livez", nil)
		return err
	}); err != nil {
		return err
	}
	for _, o := range n.config.MetricsObjects(ca) {
		if err := n.api.create(ctx, o.Path, o.Object); err != nil {
			return fmt.Errorf("metrics API: %w", err)
		}
	}
	return n.waitReady(ctx, "metrics API", func(ctx context.Context) error {
		_, _, err := n.api.do(ctx, http.MethodGet, "/apis/metrics.k8s.io/v1beta1", nil)
		return err
	})
}
