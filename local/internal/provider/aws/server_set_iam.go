package aws

import (
	"fmt"
	"strings"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var iamServerSet = map[string]map[string]provider.ServerSetProperty{
	RoleType: {
		"assumeRolePolicy":  policy("assumeRolePolicy", "iam/role.go"),
		"managedPolicyArns": {Value: attachedPolicies, Later: true, Computed: true, Source: providerSource + "iam/role.go"},
	},
	rolePolicyType: {"policy": policy("policy", "iam/role_policy.go")},
	OIDCProviderType: {
		// IAM reports it without its scheme.
		"url": {
			Value: issuerWithoutScheme, Overrides: true, Replace: true, Equal: sameIssuer,
			Source: providerSource + "iam/openid_connect_provider.go",
		},
	},
	"aws:kms/key:Key": {
		"multiRegion":          computed(provider.ConstOutput(false), "kms/key.go"),
		"policy":               computed(defaultKeyPolicy, "kms/key.go"),
		"rotationPeriodInDays": computed(rotationPeriod, "kms/key.go"),
	},
}

// attachedPolicies returns the ARNs of the role's RolePolicyAttachment resources.
func attachedPolicies(r *provider.Request) any {
	arns := []any{}
	for _, attachment := range r.Records("aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
		if attachment.Inputs["role"] == r.ID {
			arns = append(arns, attachment.Inputs["policyArn"])
		}
	}
	return arns
}

func issuerWithoutScheme(r *provider.Request) any {
	return strings.TrimPrefix(r.GetString("url"), "https://")
}

// sameIssuer compares issuers as suppressOpenIDURL does.
func sameIssuer(reported, wanted any) bool {
	return wanted == fmt.Sprint("https://", reported)
}

// defaultKeyPolicy returns the policy of a key that was created without one.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
func defaultKeyPolicy(r *provider.Request) any {
	return `{"Id":"key-default-1","Statement":[{"Action":"kms:*","Effect":"Allow","Principal":{"AWS":"` +
		globalARN("iam", "root")(r).(string) + `"},"Resource":"*","Sid":"Enable IAM User Permissions"}],"Version":"2012-10-17"}`
}

// rotationPeriod returns the days between rotations of a key that rotates.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html
func rotationPeriod(r *provider.Request) any {
	if !r.GetBool("enableKeyRotation") {
		return nil
	}
	return 365
}
