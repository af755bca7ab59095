package workload

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

const podMonitoring = "kubernetes:monitoring.googleapis.com/v1:PodMonitoring"

func TestPodMonitoring_configured(t *testing.T) {
	r := stacktest.Up(t, "gke", map[string]any{
		"monitoring":                   object{"podMonitorings": true, "interval": "1m30s", "labels": object{"release": "prometheus"}},
		"services.chicagotaxi.metrics": "-",
		"services.nlpinsight.metrics":  "/nlp/metrics",
	})
	monitorings := r.ByType(podMonitoring)
	require.Len(t, monitorings, 2, "one for each service with metrics")
	require.Empty(t, r.ByType("ServiceMonitor"))
	for i, want := range []struct{ name, app, path string }{
		{"bankchurn", "bankchurn-predictor", "/metrics"}, {"nlpinsight", "nlpinsight-analyzer", "/nlp/metrics"},
	} {
		monitoring := monitorings[i]
		require.Equal(t, want.name, monitoring.Name)
		require.Equal(t, object{
			"selector":  object{"matchLabels": object{"app": want.app}},
			"endpoints": []any{object{"port": "http", "path": want.path, "interval": "90s"}},
		}, monitoring.Input("spec"))
		require.Equal(t, want.app, monitoring.Input("metadata.name"))
		require.Equal(t, "ml-portfolio", monitoring.Input("metadata.namespace"))
		require.Nil(t, monitoring.Input("metadata.labels.release"), "the labels are those of ServiceMonitors")
		deployment := r.MustGet(t, "Deployment", want.name)
		require.Equal(t, want.app, deployment.Input("spec.template.metadata.labels.app"), "the selector has to match the pods")
		require.Equal(t, "http", deployment.Input(stacktest.ServerContainer+"ports[0].name"), "the port is one of the container")
	}
}

func TestPodMonitoring_offByDefault(t *testing.T) {
	for _, p := range stacktest.Platforms {
		require.Empty(t, stacktest.Up(t, p.Stack, nil).ByType(podMonitoring))
	}
}
