package gcp

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/artifactregistry"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// registry is a repository that is kept only: local images come from the node's own registry.
var registry = map[string]provider.Resource{
	"gcp:artifactregistry/repository:Repository": {
		Args: artifactregistry.RepositoryArgs{}, State: artifactregistry.RepositoryState{},
		Replace: []string{"repositoryId", "location", "project", "format", "mode", "kmsKeyName"},
		ID:      provider.Text("projects/{project}/locations/{location}/repositories/{repositoryId}"),
		Outputs: map[string]provider.Value{"name": provider.Text("{repositoryId}")},
	},
	"gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": {
		Args: artifactregistry.RepositoryIamMemberArgs{}, State: artifactregistry.RepositoryIamMemberState{},
		Replace: []string{"location", "project", "repository", "role", "member", "condition"},
		ID:      provider.Text("projects/{project}/locations/{location}/repositories/{repository}/{role}/{member}"),
	},
}
