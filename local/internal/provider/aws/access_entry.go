package aws

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// Types of the resources that give access to a cluster. The local EKS authenticates the caller with them.
const (
	AccessEntryType             = "aws:eks/accessEntry:AccessEntry"
	AccessPolicyAssociationType = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
)

var accessEntryResources = map[string]provider.Resource{
	AccessEntryType: {
		Args: eks.AccessEntryArgs{}, State: eks.AccessEntryState{},
		ReplaceOnChanges: []string{"clusterName", "principalArn", "type"},
		ID:               provider.Template("{clusterName}:{principalArn}"),
		Outputs: map[string]provider.OutputFunc{
			"accessEntryArn": arn("eks", "access-entry/{clusterName}/{#32}"),
			"type":           provider.ConstOutput("STANDARD"),
		},
	},
	AccessPolicyAssociationType: {
		Args: eks.AccessPolicyAssociationArgs{}, State: eks.AccessPolicyAssociationState{},
		ReplaceOnChanges: []string{"clusterName", "principalArn", "policyArn", "accessScope"},
		ID:               provider.Template("{clusterName}#{principalArn}#{policyArn}"),
		Outputs:          map[string]provider.OutputFunc{"associatedAt": provider.ConstOutput(fixedTimestamp)},
	},
}
