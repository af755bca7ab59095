package config_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// productionRules are about a stack that says it is for production.
var productionRules = []rule{
	{name: "production with images by tag", set: map[string]any{
		"production": true, "fetcher.image": "registry.example/fetcher:1", "releases.bankchurn.image": "registry.example/bankchurn:1"},
		want: []string{
			`modelferry:fetcher.image: "registry.example/fetcher:1" has no digest: modelferry:production runs images by digest only, add @sha256:…`,
			`modelferry:releases.bankchurn.image: "registry.example/bankchurn:1" has no digest: modelferry:production runs images by digest only, add @sha256:…`,
		}},
	{name: "production with artifacts that are not pinned", set: map[string]any{
		"production": true, "releases.bankchurn.artifacts.model.sha256": nil, "releases.chicagotaxi.artifacts.predictions.sha256": ""},
		want: []string{
			`modelferry:releases.bankchurn.artifacts.model.sha256: missing: modelferry:production serves pinned artifacts only (sha256sum FILE)`,
			`modelferry:releases.chicagotaxi.artifacts.predictions.sha256: missing: modelferry:production serves pinned artifacts only (sha256sum FILE)`,
		}},
	{name: "production that verifies nothing, and does not say so", set: map[string]any{
		"production": true, "releases.bankchurn.delivery": "csi", "releases.bankchurn.artifacts.model.sha256": nil},
		want: []string{`modelferry:releases.bankchurn.delivery: csi serves what lies in the bucket, unverified: set it to fetch, or set modelferry:releases.bankchurn.unverified to true to accept that`}},
	{name: "production with the autoscaler's image by tag", stack: "eks", set: map[string]any{"production": true, "cluster.create.version": "1.35"},
		want: []string{`modelferry:cluster.create.autoscaler.image: "registry.k8s.io/autoscaling/cluster-autoscaler:v1.35.0" has no digest: modelferry:production runs images by digest only, add @sha256:…`}},
	{name: "production with no image at all, said once", set: map[string]any{"production": true, "releases.bankchurn.image": "registry.example/bankchurn"},
		want: []string{`modelferry:releases.bankchurn.image: "registry.example/bankchurn" has neither tag nor digest: add @sha256:… (or :TAG)`}},
}

// namespaceRules are about what bounds the namespace.
var namespaceRules = []rule{
	{name: "egress to what is no range", set: map[string]any{"networkPolicy.egress": []any{"10.0.0.0/16", "10.0.0.1/16", "vpc"}},
		want: []string{
			`modelferry:networkPolicy.egress[1]: "10.0.0.1/16" is no address range in CIDR notation`,
			`modelferry:networkPolicy.egress[2]: "vpc" is no address range in CIDR notation`,
		}},
	{name: "quota does not fit", set: map[string]any{"quota": map[string]any{"requests": map[string]any{"cpu": "8"}, "limits": map[string]any{"cpu": "4"}, "pods": -1}},
		want: []string{
			`modelferry:quota.pods: has to be 0 or more, not -1`,
			`modelferry:quota.requests.cpu: 8 is more than the limit of 4`,
		}},
	{name: "containers' defaults are none", set: map[string]any{"containerDefaults.limits.memory": "much"},
		want: []string{`modelferry:containerDefaults.limits.memory: "much" is no Kubernetes quantity, such as 500m or 512Mi`}},
}

// The repository's stacks name everything of their own by digest, and so could
// be for production, once somebody has chosen the autoscaler's.
func TestRepositoryStacksAreFitForProduction(t *testing.T) {
	for stack, set := range map[string]map[string]any{
		"gke": {"production": true},
		"eks": {"production": true, "cluster.create.autoscaler.image": "registry.k8s.io/autoscaling/cluster-autoscaler:v1.34.3@sha256:" + strings.Repeat("a", 64)},
	} {
		require.True(t, load(t, stack, set).Production)
	}
	require.True(t, load(t, "eks", map[string]any{"production": true, "cluster.create.autoscaler.enabled": false}).Production)
}
