package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// invalidProduction are cases of configs that are invalid on a production stack only.
var invalidProduction = []invalidCase{
	{name: "production images by tag", set: map[string]any{
		"production": true, "fetcher.image": "registry.example/fetcher:1", "releases.bankchurn.image": "registry.example/bankchurn:1"},
		want: []string{
			`modelferry:fetcher.image: Invalid value: "registry.example/fetcher:1": must have a digest, because ` +
				`modelferry:production is true: add @sha256:…`,
			`modelferry:releases.bankchurn.image: Invalid value: "registry.example/bankchurn:1": must have a digest, because ` +
				`modelferry:production is true: add @sha256:…`,
		}},
	{name: "production artifacts without sha256", set: map[string]any{
		"production": true, "releases.bankchurn.artifacts.model.sha256": nil, "releases.chicagotaxi.artifacts.predictions.sha256": ""},
		want: []string{
			`modelferry:releases.bankchurn.artifacts.model.sha256: Required value: must be set, because modelferry:production ` +
				`is true (sha256sum FILE)`,
			`modelferry:releases.chicagotaxi.artifacts.predictions.sha256: Required value: must be set, because ` +
				`modelferry:production is true (sha256sum FILE)`,
		}},
	{name: "production csi without unverified", set: map[string]any{
		"production": true, "releases.bankchurn.delivery": "csi", "releases.bankchurn.artifacts.model.sha256": nil},
		want: []string{`modelferry:releases.bankchurn.delivery: Forbidden: csi does not verify artifacts, and ` +
			`modelferry:production is true: set it to fetch, or set modelferry:releases.bankchurn.unverified to true`}},
	{name: "production service with one replica", set: map[string]any{
		"production": true, "services.bankchurn.autoscaling.min": 1},
		want: []string{`modelferry:services.bankchurn.autoscaling.min: Invalid value: 1: must be at least 2, because ` +
			`modelferry:production is true: a node that is upgraded or drained stops the only pod. To accept that, set ` +
			`modelferry:services.bankchurn.autoscaling.singleReplica to true`}},
	{name: "production service without a replica, reported once", set: map[string]any{
		"production": true, "services.bankchurn.autoscaling.min": 0},
		want: []string{`modelferry:services.bankchurn.autoscaling.min: Invalid value: 0: must be at least 1`}},
	{name: "production autoscaler image by tag", stack: "eks", set: map[string]any{"production": true,
		"cluster.create.version": "1.35"},
		want: []string{`modelferry:cluster.create.autoscaler.image: Invalid value: ` +
			`"registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0": must have a digest, because modelferry:production is ` +
			`true: add @sha256:…`}},
	{name: "production image without tag, reported once", set: map[string]any{"production": true,
		"releases.bankchurn.image": "registry.example/bankchurn"},
		want: []string{`modelferry:releases.bankchurn.image: Invalid value: "registry.example/bankchurn": must have a digest or ` +
			`a tag: add @sha256:… or :TAG`}},
}

// invalidNamespaceSettings are cases of invalid network policies, quotas and container defaults.
var invalidNamespaceSettings = []invalidCase{
	{name: "invalid sources", set: map[string]any{"networkPolicy.sources": []any{"10.0.0.0/16", "0.0.0.0/0", "vpn"}},
		want: []string{
			`modelferry:networkPolicy.sources[1]: Forbidden: 0.0.0.0/0 opens the pods to everyone: set narrower ranges`,
			`modelferry:networkPolicy.sources[2]: Invalid value: "vpn": must be an address range in CIDR notation, such as 10.0.0.0/16`,
		}},
	{name: "invalid egress ranges", set: map[string]any{"networkPolicy.egress": []any{"10.0.0.0/16", "10.0.0.1/16", "vpc"}},
		want: []string{
			`modelferry:networkPolicy.egress[1]: Invalid value: "10.0.0.1/16": must be an address range in CIDR notation, such ` +
				`as 10.0.0.0/16`,
			`modelferry:networkPolicy.egress[2]: Invalid value: "vpc": must be an address range in CIDR notation, such as 10.0.0.0/16`,
		}},
	{name: "invalid quota", set: map[string]any{"quota": map[string]any{"requests": map[string]any{"cpu": "8"},
		"limits": map[string]any{"cpu": "4"}, "pods": -1}},
		want: []string{
			`modelferry:quota.pods: Invalid value: -1: must be at least 0`,
			`modelferry:quota.requests.cpu: Invalid value: "8": must be at most the limit, 4`,
		}},
	{name: "invalid containerDefaults", set: map[string]any{"containerDefaults.limits.memory": "much"},
		want: []string{`modelferry:containerDefaults.limits.memory: Invalid value: "much": must be a Kubernetes quantity, such ` +
			`as 500m or 512Mi`}},
}

// The repository's stacks have digests for every image except the Cluster Autoscaler's, which has none by default.
func TestLoad_repositoryStacksInProduction(t *testing.T) {
	for stack, set := range map[string]map[string]any{
		"gke": {"production": true},
		"eks": {"production": true,
			"cluster.create.autoscaler.image": "registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.3@sha256:" + strings.Repeat("a", 64)},
	} {
		require.True(t, load(t, stack, set).Production)
	}
	require.True(t, load(t, "eks", map[string]any{"production": true, "cluster.create.autoscaler.enabled": false}).Production)
}
