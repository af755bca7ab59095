package workload

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// A pod that waits for a node with a GPU, its driver and a large image is not ready within 10 minutes.
func TestDeployment_rolloutDeadlineWithGPUs(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.Up(t, p.Stack, map[string]any{"releases.nlpinsight.backend": "finbert"})
		for name, want := range map[string]struct {
			seconds float64
			timeout string
		}{"nlpinsight": {1800, "31m0s"}, "bankchurn": {600, "11m0s"}} {
			d := r.MustGet(t, "Deployment", name)
			require.Equal(t, want.seconds, d.Input("spec.progressDeadlineSeconds"), name)
			require.Equal(t, want.timeout, d.CreateTimeout, name)
			require.Equal(t, want.timeout, d.UpdateTimeout, name)
		}
	}
}
