package aws

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var identity = map[string]provider.Resource{
	"aws:iam/role:Role": {
		Args: iam.RoleArgs{}, State: iam.RoleState{}, Name: "name",
		Required: []string{"assumeRolePolicy"},
		Replace:  []string{"name", "namePrefix", "path"},
		ID:       provider.Text("{name}"),
		Outputs: map[string]provider.Value{
			"arn":                globalARN("iam", "role{path}{name}"),
			"path":               provider.Const("/"),
			"uniqueId":           func(r *provider.Request) any { return "AROA" + strings.ToUpper(r.Hash(17)) },
			"maxSessionDuration": provider.Const(3600), // seconds
		},
		Settle: settle,
	},
	rolePolicyType: {
		Args: iam.RolePolicyArgs{}, State: iam.RolePolicyState{}, Name: "name",
		Required: []string{"policy", "role"},
		Replace:  []string{"name", "namePrefix", "role"},
		ID:       provider.Text("{role}:{name}"),
		Settle:   settle,
	},
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
		Args: iam.RolePolicyAttachmentArgs{}, State: iam.RolePolicyAttachmentState{},
		Required: []string{"role"},
		Replace:  []string{"role", "policyArn"},
		ID:       provider.Text("{role}-{#26}"),
	},
	AssociationType: {
		Args: eks.PodIdentityAssociationArgs{}, State: eks.PodIdentityAssociationState{},
		Replace: []string{"clusterName", "namespace", "serviceAccount"},
		ID:      provider.Text("a-{#17}"),
		Outputs: map[string]provider.Value{
			"associationId":  provider.Text("{id}"),
			"associationArn": arn("eks", "podidentityassociation/{clusterName}/{associationId}"),
		},
	},
	OIDCProviderType: {
		Args: iam.OpenIdConnectProviderArgs{}, State: iam.OpenIdConnectProviderState{},
		Required: []string{"clientIdLists"},
		Replace:  []string{"url"},
		ID:       oidcProviderARN,
		Outputs: map[string]provider.Value{
			"arn":             oidcProviderARN,
			"thumbprintLists": provider.Const([]any{}),
		},
	},
}

const rolePolicyType = "aws:iam/rolePolicy:RolePolicy"

// OIDCProviderType is the token of an identity provider; the token service trusts those issuers only.
const OIDCProviderType = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"

// AssociationType is the token of what ties a service account to a role under
// Pod Identity; the webhook and the agent read it.
const AssociationType = "aws:eks/podIdentityAssociation:PodIdentityAssociation"

// RoleType is the token of a role; the token service reads its trust policy.
const RoleType = "aws:iam/role:Role"

// oidcProviderARN holds the issuer without its scheme.
func oidcProviderARN(r *provider.Request) any {
	return globalARN("iam", "oidc-provider/"+strings.TrimPrefix(r.Str("url"), "https://"))(r)
}
