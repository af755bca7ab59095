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

// The nodes read the configured repositories, in other projects too, before the first pod is created.
func TestRegistry_gkeNodesReadRepositories(t *testing.T) {
	repositories := []any{"projects/images/locations/europe/repositories/ml", "projects/images/locations/us/repositories/gcr.io"}
	for _, create := range []bool{true, false} {
		r := stacktest.Up(t, "gke", map[string]any{"registry.create": create, "cluster.create.imageRepositories": repositories})
		member := r.MustGet(t, "RepositoryIamMember", "modelferry-nodes-projects/images/locations/us/repositories/gcr.io")
		require.Equal(t, object{
			"project": "images", "location": "us", "repository": "gcr.io", "role": "roles/artifactregistry.reader",
			"member": "serviceAccount:modelferry-nodes@modelferry-demo.iam.gserviceaccount.com",
		}, member.Inputs)
		require.Len(t, r.ByType("RepositoryIamMember"), map[bool]int{true: 3, false: 2}[create])
		for _, grant := range r.ByType("RepositoryIamMember") {
			require.True(t, r.Dependencies(r.MustGet(t, "NodePool", "modelferry"))[grant.URN], grant)
			require.False(t, grant.RetainOnDelete, "removing it has to revoke the access")
		}
	}
}

func TestRegistry_readers(t *testing.T) {
	const member, account, role = "serviceAccount:nodes@other.iam.gserviceaccount.com",
		"arn:aws:iam::210987654321:root", "arn:aws:iam::210987654321:role/nodes"
	// A stack without nodes of its own needs them most.
	cluster := object{"existing": "production"}
	r := stacktest.Up(t, "gke", map[string]any{"registry.readers": []any{member}, "cluster": cluster})
	grant := r.MustGet(t, "RepositoryIamMember", "modelferry-"+member)
	require.Equal(t, object{"location": "europe-west1", "repository": "modelferry", "role": "roles/artifactregistry.reader",
		"member": member}, grant.Inputs)
	require.Len(t, r.ByType("RepositoryIamMember"), 1)
	require.False(t, grant.RetainOnDelete, "removing a reader has to revoke its access")

	r = stacktest.Up(t, "eks", map[string]any{"registry.readers": []any{account, role}, "cluster": cluster})
	require.Len(t, r.ByType("RepositoryPolicy"), 1+len(stacktest.Services))
	for _, image := range []string{"fetcher", "bankchurn", "chicagotaxi", "nlpinsight"} {
		policy := r.MustGet(t, "RepositoryPolicy", image)
		require.Equal(t, "modelferry/"+image, policy.Input("repository"))
		require.JSONEq(t, `{"Version":"2012-10-17","Statement":[{"Sid":"Pull","Effect":"Allow",
			"Principal":{"AWS":["`+account+`","`+role+`"]},
			"Action":["ecr:BatchCheckLayerAvailability","ecr:BatchGetImage","ecr:GetDownloadUrlForLayer"]}]}`,
			policy.Input("policy").(string))
		require.False(t, policy.RetainOnDelete, "removing the readers has to revoke their access")
	}
	require.Empty(t, stacktest.Up(t, "eks", nil).ByType("RepositoryPolicy"))
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
