package config_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWarnings(t *testing.T) {
	finbert := map[string]any{"releases.nlpinsight.backend": "finbert"}
	for _, test := range []struct {
		name string
		set  map[string]any
		want []string
	}{
		{"repository's stack", nil, nil},
		{"artifact of 500 MB", map[string]any{"releases.bankchurn.artifacts.model.size": "500MB"}, nil},
		{"artifact of more than 500 MB", map[string]any{"releases.bankchurn.artifacts.model.size": "500000001B"}, []string{
			`modelferry:releases.bankchurn.artifacts.model.size: each pod copies 500 MB when it starts, more than the ` +
				`recommended 500 MB: ` +
				`set modelferry:releases.bankchurn.delivery to csi, which mounts the bucket (docs/operations.md, "Large artifacts")`,
		}},
		{"too few GPU nodes for a rolling update", merge(finbert, map[string]any{"gpu.max": 2}), []string{
			`modelferry:gpu.max: too few nodes for a rolling update of a service with GPUs: set it to at least 3`,
		}},
		{"archive of less than 500 MB that unpacks to more, and enough GPU nodes by default", finbert, nil},
		{"GPU nodes of an existing cluster", merge(finbert, map[string]any{"gpu.max": 1,
			"cluster": map[string]any{"existing": "production"}}), nil},
		{"GPUs disabled", merge(finbert, map[string]any{"gpu.max": 1, "gpu.enabled": false}), nil},
		{"large archive", merge(finbert, map[string]any{"releases.nlpinsight.backends.finbert.artifacts.model.size": "1.2GB"}),
			[]string{
				`modelferry:releases.nlpinsight.backends.finbert.artifacts.model.size: each pod copies 1.2 GB when it starts, more ` +
					`than the recommended 500 MB: ` +
					`upload the archive's content to a folder, and set modelferry:releases.nlpinsight.delivery to csi, which mounts ` +
					`the bucket (docs/operations.md, "Large artifacts")`,
			}},
		{"large artifact with csi", map[string]any{
			"releases.bankchurn.delivery": "csi", "releases.bankchurn.unverified": true,
			"releases.bankchurn.artifacts.model.size": "2GB"}, nil},
		{"unverified digests with csi", map[string]any{"releases.bankchurn.delivery": "csi"}, []string{
			`modelferry:releases.bankchurn.artifacts.model.sha256: delivery csi does not verify it: set ` +
				`modelferry:releases.bankchurn.unverified to true to accept that`,
			`modelferry:releases.bankchurn.artifacts.dataset.sha256: delivery csi does not verify it: set ` +
				`modelferry:releases.bankchurn.unverified to true to accept that`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) { require.Equal(t, test.want, load(t, "gke", test.set).Warnings()) })
	}
}

// A service with one pod is interrupted when its node is upgraded or drained.
func TestWarnings_singleReplica(t *testing.T) {
	replicas := func(minimum int, accepted bool) map[string]any {
		return map[string]any{"services.bankchurn.autoscaling.min": minimum, "services.bankchurn.autoscaling.singleReplica": accepted}
	}
	warning := []string{`modelferry:services.bankchurn.autoscaling.min: a node that is upgraded or drained stops the only pod: ` +
		`set it to at least 2, or set modelferry:services.bankchurn.autoscaling.singleReplica to true to accept that`}
	for _, test := range []struct {
		name string
		set  map[string]any
		want []string
	}{
		{"one replica", replicas(1, false), warning},
		{"one replica, accepted", replicas(1, true), nil},
		{"one replica in production, accepted", merge(replicas(1, true), map[string]any{
			"production": true, "signatures.require": false, "cluster": map[string]any{"existing": "production"}}), nil},
		{"two replicas", replicas(2, false), nil},
		{"the default", map[string]any{"services.bankchurn.autoscaling": map[string]any{}}, nil},
		{"a service without a release", merge(replicas(1, false), map[string]any{"releases.bankchurn": nil}), nil},
	} {
		for _, stack := range repositoryStacks {
			t.Run(test.name+"/"+stack, func(t *testing.T) { require.Equal(t, test.want, load(t, stack, test.set).Warnings()) })
		}
	}
}
