package aws

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// access are the entries by which EKS knows a principal; locally they are kept, and the admin token rules.
var access = map[string]provider.Resource{
	"aws:eks/accessEntry:AccessEntry": {
		Args: eks.AccessEntryArgs{}, State: eks.AccessEntryState{},
		Replace: []string{"clusterName", "principalArn", "type"},
		ID:      provider.Text("{clusterName}:{principalArn}"),
		Outputs: map[string]provider.Value{
			"accessEntryArn": arn("eks", "access-entry/{clusterName}/{#32}"),
			"type":           provider.Const("STANDARD"),
		},
	},
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
		Args: eks.AccessPolicyAssociationArgs{}, State: eks.AccessPolicyAssociationState{},
		Replace: []string{"clusterName", "principalArn", "policyArn", "accessScope"},
		ID:      provider.Text("{clusterName}#{principalArn}#{policyArn}"),
		Outputs: map[string]provider.Value{"associatedAt": provider.Const(epoch)},
	},
}
