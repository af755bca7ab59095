package aws

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// registry are repositories that are kept only: local images come from the node's own registry.
var registry = map[string]provider.Resource{
	"aws:ecr/repository:Repository": {
		Args: ecr.RepositoryArgs{}, State: ecr.RepositoryState{}, Name: "name",
		Replace: []string{"name", "encryptionConfigurations"},
		ID:      provider.Text("{name}"),
		Outputs: map[string]provider.Value{
			"arn": arn("ecr", "repository/{name}"), "registryId": accountID,
			"repositoryUrl": provider.Text("{registryId}.dkr.ecr.local.invalid/{name}"),
		},
	},
	"aws:ecr/lifecyclePolicy:LifecyclePolicy": {
		Args: ecr.LifecyclePolicyArgs{}, State: ecr.LifecyclePolicyState{},
		Required: []string{"policy"},
		Replace:  []string{"repository"}, ID: provider.Text("{repository}"),
		Outputs: map[string]provider.Value{"registryId": accountID},
	},
}
