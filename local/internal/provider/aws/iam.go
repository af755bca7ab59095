package aws

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var iamResources = map[string]provider.Resource{
	RoleType: {
		Args: iam.RoleArgs{}, State: iam.RoleState{}, NameProperty: "name",
		RequiredInputs:   []string{"assumeRolePolicy"},
		ReplaceOnChanges: []string{"name", "namePrefix", "path"},
		ID:               provider.Template("{name}"),
		Outputs: map[string]provider.OutputFunc{
			"arn":                globalARN("iam", "role{path}{name}"),
			"path":               provider.ConstOutput("/"),
			"uniqueId":           func(r *provider.Request) any { return "AROA" + strings.ToUpper(r.Hash(17)) },
			"maxSessionDuration": provider.ConstOutput(3600), // seconds
		},
		Reconcile: reconcileAccess,
	},
	rolePolicyType: {
		Args: iam.RolePolicyArgs{}, State: iam.RolePolicyState{}, NameProperty: "name",
		RequiredInputs:   []string{"policy", "role"},
		ReplaceOnChanges: []string{"name", "namePrefix", "role"},
		ID:               provider.Template("{role}:{name}"),
		Reconcile:        reconcileAccess,
	},
	rolePolicyAttachmentType: {
		Args: iam.RolePolicyAttachmentArgs{}, State: iam.RolePolicyAttachmentState{},
		RequiredInputs:   []string{"role"},
		ReplaceOnChanges: []string{"role", "policyArn"},
		ID:               provider.Template("{role}-{#26}"),
	},
	PodIdentityAssociationType: {
		Args: eks.PodIdentityAssociationArgs{}, State: eks.PodIdentityAssociationState{},
		ReplaceOnChanges: []string{"clusterName", "namespace", "serviceAccount"},
		ID:               provider.Template("a-{#17}"),
		Outputs: map[string]provider.OutputFunc{
			"associationId":  provider.Template("{id}"),
			"associationArn": arn("eks", "podidentityassociation/{clusterName}/{associationId}"),
		},
	},
	OIDCProviderType: {
		Args: iam.OpenIdConnectProviderArgs{}, State: iam.OpenIdConnectProviderState{},
		RequiredInputs:   []string{"clientIdLists"},
		ReplaceOnChanges: []string{"url"},
		ID:               oidcProviderARN,
		Outputs: map[string]provider.OutputFunc{
			"arn":             oidcProviderARN,
			"thumbprintLists": provider.ConstOutput([]any{}),
		},
	},
}

const (
	rolePolicyType           = "aws:iam/rolePolicy:RolePolicy"
	rolePolicyAttachmentType = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
)

// OIDCProviderType is the type token of an OIDC identity provider. The local STS trusts their issuers only.
const OIDCProviderType = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"

// PodIdentityAssociationType is the type token of a Pod Identity association. The pod identity webhook and the agent
// read their records.
const PodIdentityAssociationType = "aws:eks/podIdentityAssociation:PodIdentityAssociation"

// RoleType is the type token of a role. The local STS reads the roles' trust policies.
const RoleType = "aws:iam/role:Role"

// oidcProviderARN returns the ARN of an identity provider, which has the issuer's URL without its scheme.
func oidcProviderARN(r *provider.Request) any {
	return globalARN("iam", "oidc-provider/"+strings.TrimPrefix(r.GetString("url"), "https://"))(r)
}
