package workload

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// The backend in a release switches NLPInsight from a file on a CPU to a folder on a GPU.
func TestBackend_switchedByRelease(t *testing.T) {
	type outcome struct {
		backend, path, memory, limit, volume, disk, gpu, extract any
		tolerations                                              int
	}
	for _, p := range stacktest.Platforms {
		t.Run(p.Stack, func(t *testing.T) {
			got := map[string]outcome{}
			for _, backend := range []string{"tfidf", "finbert"} {
				r := stacktest.Up(t, p.Stack, map[string]any{"releases.nlpinsight.backend": backend})
				d := r.MustGet(t, "Deployment", "nlpinsight")
				env := object{}
				for _, variable := range d.Input(stacktest.ServerContainer + "env").([]any) {
					env[variable.(object)["name"].(string)] = variable.(object)["value"]
				}
				got[backend] = outcome{
					backend: env["NLP_BACKEND"], path: env["MODEL_PATH"],
					memory:      d.Input(stacktest.ServerContainer + "resources.requests.memory"),
					limit:       d.Input(stacktest.ServerContainer + "resources.limits.memory"),
					volume:      d.Input(stacktest.PodSpec + "volumes[0].emptyDir.sizeLimit"),
					disk:        d.Input(stacktest.FetcherContainer + "resources.requests/ephemeral-storage"),
					gpu:         d.Input(stacktest.ServerContainer + "resources.limits/nvidia.com/gpu"),
					tolerations: len(d.Input(stacktest.PodSpec + "tolerations").([]any)),
					extract:     r.MustGet(t, "ConfigMap", "nlpinsight-model").Input("data.MODEL_EXTRACT"),
				}
				require.Len(t, r.ByType(p.NodePoolType), map[string]int{"tfidf": 2, "finbert": 3}[backend],
					"GPU nodes only if a service requests a GPU")
			}
			require.Equal(t, map[string]outcome{
				"tfidf": {backend: "tfidf", path: "/models/model.joblib", memory: "512Mi", limit: "1Gi", volume: "22Mi", disk: "86Mi",
					tolerations: 1},
				"finbert": {backend: "finbert", path: "/models/finbert", memory: "1Gi", limit: "3Gi", volume: "1864Mi", disk: "1928Mi",
					gpu: "1", tolerations: 2, extract: "true"},
			}, got)
		})
	}
}
