package gcp

import "github.com/modelferry/modelferry/local/internal/provider"

var storageServerSet = map[string]map[string]provider.ServerSetProperty{
	"gcp:storage/bucket:Bucket": {
		"publicAccessPrevention": computed("inherited", "storage/resource_storage_bucket.go#L516-L521"),
		"softDeletePolicy": computed(
			map[string]any{"retentionDurationSeconds": 604800}, "storage/resource_storage_bucket.go#L522-L543"),
		"uniformBucketLevelAccess": computed(false, "storage/resource_storage_bucket.go#L480-L485"),
		"versioning":               computed(map[string]any{"enabled": false}, "storage/resource_storage_bucket.go#L297-L313"),
	},
	"gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": {
		"repository": reference("repository", "", "locations/{location}/repositories",
			"artifactregistry/iam_artifact_registry_repository.go#L45-L50"),
	},
}
