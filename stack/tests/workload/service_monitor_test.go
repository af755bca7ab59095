package workload

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

func TestServiceMonitor_configured(t *testing.T) {
	set := map[string]any{
		"monitoring":                   object{"serviceMonitors": true, "interval": "1m30s", "labels": object{"release": "prometheus"}},
		"services.chicagotaxi.metrics": "-",
	}
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			r := stacktest.Up(t, p.Stack, set)
			monitors := r.ByType("kubernetes:monitoring.coreos.com/v1:ServiceMonitor")
			require.Len(t, monitors, 2, "one for each service with metrics")
			monitor := monitors[0]
			require.Equal(t, "bankchurn", monitor.Name)
			require.Equal(t, object{
				"selector":  object{"matchLabels": object{"app": "bankchurn-predictor"}},
				"endpoints": []any{object{"port": "http", "path": "/metrics", "interval": "90s"}},
			}, monitor.Input("spec"))
			require.Equal(t, "ml-portfolio", monitor.Input("metadata.namespace"))
			require.Equal(t, "prometheus", monitor.Input("metadata.labels.release"))
			require.Equal(t, "bankchurn-predictor", monitor.Input("metadata.labels.app"),
				"the configured labels are added to the app label")
			service := r.MustGet(t, "Service", "bankchurn")
			require.Equal(t, "bankchurn-predictor", service.Input("metadata.labels.app"), "the selector has to match the Service")
			require.Nil(t, service.Input("metadata.labels.release"))
			require.Equal(t, "true",
				r.MustGet(t, "Deployment", "bankchurn").Input("spec.template.metadata.annotations/prometheus.io/scrape"),
				"the annotations are still set")
			require.Empty(t, stacktest.Up(t, p.Stack, nil).ByType("ServiceMonitor"))
		})
	}
}
