package platform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

func TestRegistry_gkeReadableByNodesOnly(t *testing.T) {
	r := stacktest.Up(t, "gke", nil)
	repository := r.MustGet(t, "artifactregistry/repository:Repository", "modelferry")
	require.Equal(t, "modelferry", repository.Input("repositoryId"))
	require.Equal(t, object{"immutableTags": true}, repository.Input("dockerConfig"))
	require.Equal(t, []any{object{
		"id": "untagged", "action": "DELETE", "condition": object{"tagState": "UNTAGGED", "olderThan": "2592000s"},
	}}, repository.Input("cleanupPolicies"), "tagged images may be in use, whatever their age")
	require.True(t, repository.RetainOnDelete)
	require.Len(t, r.ByType("RepositoryIamMember"), 1)
	puller := r.MustGet(t, "RepositoryIamMember", "modelferry-nodes")
	require.Equal(t, "roles/artifactregistry.reader", puller.Input("role"))
	require.Equal(t, "serviceAccount:modelferry-nodes@modelferry-demo.iam.gserviceaccount.com", puller.Input("member"))
	require.True(t, r.Dependencies(r.MustGet(t, "NodePool", "modelferry"))[puller.URN], "the first pods could not pull images")
}

func TestRegistry_eksRepositoryPerImage(t *testing.T) {
	r := stacktest.Up(t, "eks", nil)
	require.Len(t, r.ByType("ecr/repository:Repository"), 1+len(stacktest.Services))
	require.Len(t, r.ByType("LifecyclePolicy"), 1+len(stacktest.Services))
	for _, image := range []string{"fetcher", "bankchurn", "chicagotaxi", "nlpinsight"} {
		repository := r.MustGet(t, "ecr/repository:Repository", image)
		require.Equal(t, object{
			"name": "modelferry/" + image, "imageTagMutability": "IMMUTABLE",
			"imageScanningConfiguration": object{"scanOnPush": true}, "forceDelete": false,
		}, repository.Inputs)
		require.True(t, repository.RetainOnDelete)
		rules := r.MustGet(t, "LifecyclePolicy", image)
		require.Equal(t, "modelferry/"+image, rules.Input("repository"))
		require.JSONEq(t, `{"rules":[{"rulePriority":1,"description":"images without a tag","action":{"type":"expire"},
			"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":30}}]}`,
			rules.Input("policy").(string), "tagged images may be in use, whatever their age")
		require.True(t, rules.RetainOnDelete)
	}
}

func TestRegistry_cleanupDisabled(t *testing.T) {
	set := map[string]any{"registry.untaggedDays": 0}
	require.Empty(t, stacktest.Up(t, "eks", set).ByType("LifecyclePolicy"))
	require.Nil(t, stacktest.Up(t, "gke", set).MustGet(t, "artifactregistry/repository:Repository", "modelferry").Input("cleanupPolicies"))
}

func TestRegistry_notCreated(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.Up(t, p.Stack, map[string]any{"registry.create": false})
		for _, typ := range []string{"ecr/repository:Repository", "artifactregistry/repository:Repository", "RepositoryIamMember"} {
			require.Empty(t, r.ByType(typ))
		}
	}
}
