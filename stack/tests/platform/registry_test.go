package platform

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/stack/stacktest"
)

func TestRegistryOnGKEIsReadByTheNodesOnly(t *testing.T) {
	r := stacktest.Up(t, "gke", nil)
	repository := r.One(t, "artifactregistry/repository:Repository", "modelferry")
	require.Equal(t, "modelferry", repository.At("repositoryId"))
	require.Equal(t, object{"immutableTags": true}, repository.At("dockerConfig"))
	require.Equal(t, []any{object{
		"id": "untagged", "action": "DELETE", "condition": object{"tagState": "UNTAGGED", "olderThan": "2592000s"},
	}}, repository.At("cleanupPolicies"), "what has a tag may run, however old it is")
	require.True(t, repository.Retained)
	require.Len(t, r.Of("RepositoryIamMember"), 1)
	puller := r.One(t, "RepositoryIamMember", "modelferry-nodes")
	require.Equal(t, "roles/artifactregistry.reader", puller.At("role"))
	require.Equal(t, "serviceAccount:modelferry-nodes@modelferry-demo.iam.gserviceaccount.com", puller.At("member"))
	require.True(t, r.Before(r.One(t, "NodePool", "modelferry"))[puller.URN], "or the first pods pull no image")
}

func TestRegistryOnEKSHasARepositoryAnImage(t *testing.T) {
	r := stacktest.Up(t, "eks", nil)
	require.Len(t, r.Of("ecr/repository:Repository"), 1+len(stacktest.Services))
	require.Len(t, r.Of("LifecyclePolicy"), 1+len(stacktest.Services))
	for _, image := range []string{"fetcher", "bankchurn", "chicagotaxi", "nlpinsight"} {
		repository := r.One(t, "ecr/repository:Repository", image)
		require.Equal(t, object{
			"name": "modelferry/" + image, "imageTagMutability": "IMMUTABLE",
			"imageScanningConfiguration": object{"scanOnPush": true}, "forceDelete": false,
		}, repository.Inputs)
		require.True(t, repository.Retained)
		rules := r.One(t, "LifecyclePolicy", image)
		require.Equal(t, "modelferry/"+image, rules.At("repository"))
		require.JSONEq(t, `{"rules":[{"rulePriority":1,"description":"images without a tag","action":{"type":"expire"},
			"selection":{"tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":30}}]}`,
			rules.At("policy").(string), "what has a tag may run, however old it is")
		require.True(t, rules.Retained)
	}
}

func TestImagesCanBeKeptForEver(t *testing.T) {
	set := map[string]any{"registry.untaggedDays": 0}
	require.Empty(t, stacktest.Up(t, "eks", set).Of("LifecyclePolicy"))
	require.Nil(t, stacktest.Up(t, "gke", set).One(t, "artifactregistry/repository:Repository", "modelferry").At("cleanupPolicies"))
}

func TestRegistryCanBeSomebodyElses(t *testing.T) {
	for _, p := range stacktest.Platforms {
		r := stacktest.Up(t, p.Stack, map[string]any{"registry.create": false})
		for _, typ := range []string{"ecr/repository:Repository", "artifactregistry/repository:Repository", "RepositoryIamMember"} {
			require.Empty(t, r.Of(typ))
		}
	}
}
