package stack

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRegistryOnGKEIsReadByTheNodesOnly(t *testing.T) {
	r := recorded(t, "gke", nil)
	repository := r.One(t, "artifactregistry/repository:Repository", "modelferry")
	require.Equal(t, "modelferry", repository.At("repositoryId"))
	require.Equal(t, object{"immutableTags": true}, repository.At("dockerConfig"))
	require.Nil(t, repository.At("cleanupPolicies"), "an image without a tag may run, by its digest")
	require.True(t, repository.Retained)
	require.Len(t, r.Of("RepositoryIamMember"), 1)
	puller := r.One(t, "RepositoryIamMember", "modelferry-nodes")
	require.Equal(t, "roles/artifactregistry.reader", puller.At("role"))
	require.Equal(t, "serviceAccount:modelferry-nodes@modelferry-demo.iam.gserviceaccount.com", puller.At("member"))
	require.True(t, r.Before(r.One(t, "NodePool", "modelferry"))[puller.URN], "or the first pods pull no image")
}

func TestRegistryOnEKSHasARepositoryAnImage(t *testing.T) {
	r := recorded(t, "eks", nil)
	require.Len(t, r.Of("ecr/repository:Repository"), 1+len(services))
	require.Empty(t, r.Of("LifecyclePolicy"), "an image without a tag may run, by its digest")
	for _, image := range []string{"fetcher", "bankchurn", "chicagotaxi", "nlpinsight"} {
		repository := r.One(t, "ecr/repository:Repository", image)
		require.Equal(t, object{
			"name": "modelferry/" + image, "imageTagMutability": "IMMUTABLE",
			"imageScanningConfiguration": object{"scanOnPush": true}, "forceDelete": false,
		}, repository.Inputs)
		require.True(t, repository.Retained)
	}
}

func TestRegistryCanBeSomebodyElses(t *testing.T) {
	for _, p := range platforms {
		r := recorded(t, p.stack, map[string]any{"registry.create": false})
		for _, typ := range []string{"ecr/repository:Repository", "artifactregistry/repository:Repository", "RepositoryIamMember"} {
			require.Empty(t, r.Of(typ))
		}
	}
}
