package gcp

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/artifactregistry"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// artifactRegistryResources are only recorded: local images come from the node's registry.
var artifactRegistryResources = map[string]provider.Resource{
	"gcp:artifactregistry/repository:Repository": {
		Args: artifactregistry.RepositoryArgs{}, State: artifactregistry.RepositoryState{},
		ReplaceOnChanges: []string{"repositoryId", "location", "project", "format", "mode", "kmsKeyName"},
		ID:               provider.Template("projects/{project}/locations/{location}/repositories/{repositoryId}"),
		Outputs:          map[string]provider.OutputFunc{"name": provider.Template("{repositoryId}")},
	},
	"gcp:artifactregistry/repositoryIamMember:RepositoryIamMember": {
		Args: artifactregistry.RepositoryIamMemberArgs{}, State: artifactregistry.RepositoryIamMemberState{},
		ReplaceOnChanges: []string{"location", "project", "repository", "role", "member", "condition"},
		ID:               provider.Template("projects/{project}/locations/{location}/repositories/{repository}/{role}/{member}"),
	},
}
