package stack

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

func ownership(stack string) object {
	return object{"project": "modelferry", "stack": stack, "owner": "ml-platform", "cost_centre": "ml-serving"}
}

// A cloud's provider puts its default labels on whatever can have any, so
// nothing is left out that is added later. What a cluster makes by itself, the
// nodes' machines, it does not reach.
func TestEveryCloudResourceSaysWhoseItIs(t *testing.T) {
	onEach(t, func(t *testing.T, p platform, r *stacktest.Record) {
		if p.stack == "gke" {
			require.Equal(t, ownership("gke"), r.One(t, "pulumi:providers:gcp", "modelferry").At("defaultLabels"))
			require.Equal(t, ownership("gke"), r.One(t, p.cluster, "modelferry").At("resourceLabels"))
			for _, pool := range r.Of(p.nodes) {
				require.Equal(t, ownership("gke"), pool.At("nodeConfig.resourceLabels"), pool)
			}
			return
		}
		require.Equal(t, ownership("eks"), r.One(t, "pulumi:providers:aws", "modelferry").At("defaultTags.tags"))
	})
}

func TestEveryObjectSaysWhoseItIs(t *testing.T) {
	onEach(t, func(t *testing.T, p platform, r *stacktest.Record) {
		want := object{"app.kubernetes.io/part-of": "modelferry"}
		for key, value := range ownership(p.stack) {
			want["modelferry.dev/"+key] = value
		}
		for name, each := range objects(r) {
			require.Subset(t, each.At("metadata.labels"), want, name)
			if kind(each) == "Deployment" {
				require.Subset(t, each.At("spec.template.metadata.labels"), want, name)
			}
		}
	})
}

func TestLabelsThatTheConfigLeavesOutAreNotEmpty(t *testing.T) {
	for _, p := range platforms {
		r := recorded(t, p.stack, map[string]any{"owner": nil, "costCentre": nil})
		labels := r.One(t, "Namespace", "ml-portfolio").At("metadata.labels").(object)
		require.ElementsMatch(t, []string{
			"app.kubernetes.io/part-of", "modelferry.dev/project", "modelferry.dev/stack",
			"pod-security.kubernetes.io/enforce", "pod-security.kubernetes.io/warn",
		}, keyList(labels))
	}
}

func keyList(of object) []string {
	var keys []string
	for key := range maps.Keys(of) {
		keys = append(keys, key)
	}
	return keys
}
