package config_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
)

func TestConfig_RolloutDeadline(t *testing.T) {
	finbert := map[string]any{"releases.nlpinsight.backend": "finbert"}
	for _, test := range []struct {
		name string
		set  map[string]any
		want time.Duration
	}{
		{"without GPUs", nil, 10 * time.Minute},
		{"GPU nodes start from zero", finbert, 30 * time.Minute},
		{"a rolling update needs one node more than the pods", merge(finbert, map[string]any{"gpu.min": 2}), 30 * time.Minute},
		{"a spare GPU node", merge(finbert, map[string]any{"gpu.min": 3}), 10 * time.Minute},
		{"GPU nodes of an existing cluster", merge(finbert, map[string]any{"gpu.min": 3,
			"cluster": map[string]any{"existing": "production"}}), 30 * time.Minute},
		{"GPUs disabled", merge(finbert, map[string]any{"gpu.enabled": false}), 10 * time.Minute},
		{"configured", merge(finbert, map[string]any{"rollout.deadline": "12m"}), 12 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, cloud := range config.Clouds() {
				c := load(t, string(cloud), test.set)
				for _, w := range c.Workloads() {
					want := test.want
					if w.Name != "nlpinsight" && want == 30*time.Minute {
						want = 10 * time.Minute
					}
					require.Equal(t, want, c.RolloutDeadline(w), "%s: %s", cloud, w.Name)
				}
			}
		})
	}
}
