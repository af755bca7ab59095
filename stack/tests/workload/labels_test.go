package workload

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

// The provider adds its default labels to every resource that supports labels. They do not apply to the nodes that a
// cluster creates.
func TestLabels_cloudResources(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		if p.Stack == "gke" {
			require.Equal(t, stacktest.StackLabels("gke"), r.MustGet(t, "pulumi:providers:gcp", "modelferry").Input("defaultLabels"))
			require.Equal(t, stacktest.StackLabels("gke"), r.MustGet(t, p.ClusterType, "modelferry").Input("resourceLabels"))
			for _, pool := range r.ByType(p.NodePoolType) {
				require.Equal(t, stacktest.StackLabels("gke"), pool.Input("nodeConfig.resourceLabels"), pool)
			}
			return
		}
		require.Equal(t, stacktest.StackLabels("eks"), r.MustGet(t, "pulumi:providers:aws", "modelferry").Input("defaultTags.tags"))
	})
}

func TestLabels_kubernetesObjects(t *testing.T) {
	stacktest.ForEachPlatform(t, func(t *testing.T, p stacktest.Platform, r *stacktest.Record) {
		want := object{"app.kubernetes.io/part-of": "modelferry"}
		for key, value := range stacktest.StackLabels(p.Stack) {
			want["modelferry.dev/"+key] = value
		}
		for name, object := range stacktest.KubernetesObjects(r) {
			require.Subset(t, object.Input("metadata.labels"), want, name)
			if object.Kind() == "Deployment" {
				require.Subset(t, object.Input("spec.template.metadata.labels"), want, name)
			}
		}
	})
}

func TestLabels_unsetOmitted(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.Up(t, p.Stack, map[string]any{"owner": nil, "costCentre": nil})
		labels := r.MustGet(t, "Namespace", "ml-portfolio").Input("metadata.labels").(object)
		require.ElementsMatch(t, []string{
			"app.kubernetes.io/part-of", "modelferry.dev/project", "modelferry.dev/stack",
			"pod-security.kubernetes.io/enforce", "pod-security.kubernetes.io/warn",
		}, slices.Collect(maps.Keys(labels)))
	}
}
