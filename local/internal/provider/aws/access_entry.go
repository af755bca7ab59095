package aws

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// accessEntryResources have no effect in the local cloud, where every kubeconfig has the admin token.
var accessEntryResources = map[string]provider.Resource{
	"aws:eks/accessEntry:AccessEntry": {
		Args: eks.AccessEntryArgs{}, State: eks.AccessEntryState{},
		ReplaceOnChanges: []string{"clusterName", "principalArn", "type"},
		ID:               provider.Template("{clusterName}:{principalArn}"),
		Outputs: map[string]provider.OutputFunc{
			"accessEntryArn": arn("eks", "access-entry/{clusterName}/{#32}"),
			"type":           provider.ConstOutput("STANDARD"),
		},
	},
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
		Args: eks.AccessPolicyAssociationArgs{}, State: eks.AccessPolicyAssociationState{},
		ReplaceOnChanges: []string{"clusterName", "principalArn", "policyArn", "accessScope"},
		ID:               provider.Template("{clusterName}#{principalArn}#{policyArn}"),
		Outputs:          map[string]provider.OutputFunc{"associatedAt": provider.ConstOutput(fixedTimestamp)},
	},
}
