package aws

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// ecrResources are only recorded: local images come from the node's registry.
var ecrResources = map[string]provider.Resource{
	"aws:ecr/repository:Repository": {
		Args: ecr.RepositoryArgs{}, State: ecr.RepositoryState{}, NameProperty: "name",
		ReplaceOnChanges: []string{"name", "encryptionConfigurations"},
		ID:               provider.Template("{name}"),
		Outputs: map[string]provider.OutputFunc{
			"arn": arn("ecr", "repository/{name}"), "registryId": accountID,
			"repositoryUrl": provider.Template("{registryId}.dkr.ecr.local.invalid/{name}"),
		},
	},
	"aws:ecr/repositoryPolicy:RepositoryPolicy": {
		Args: ecr.RepositoryPolicyArgs{}, State: ecr.RepositoryPolicyState{},
		RequiredInputs:   []string{"policy"},
		ReplaceOnChanges: []string{"repository"}, ID: provider.Template("{repository}"),
		Outputs: map[string]provider.OutputFunc{"registryId": accountID},
	},
	"aws:ecr/lifecyclePolicy:LifecyclePolicy": {
		Args: ecr.LifecyclePolicyArgs{}, State: ecr.LifecyclePolicyState{},
		RequiredInputs:   []string{"policy"},
		ReplaceOnChanges: []string{"repository", "policy"}, ID: provider.Template("{repository}"),
		Outputs: map[string]provider.OutputFunc{"registryId": accountID},
	},
}
