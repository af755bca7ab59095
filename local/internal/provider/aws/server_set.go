package aws

import (
	"maps"
	"slices"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// providerSource is the source of the provider that pulumi-aws 6.83 is.
const providerSource = "https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/"

// serverSet returns the properties that AWS sets, by resource type.
func serverSet() map[string]map[string]provider.ServerSetProperty {
	all := map[string]map[string]provider.ServerSetProperty{}
	for _, properties := range []map[string]map[string]provider.ServerSetProperty{
		eksServerSet, networkServerSet, iamServerSet, bucketServerSet, registryServerSet,
	} {
		maps.Copy(all, properties)
	}
	return all
}

const (
	foundByInputs = "the provider finds it by its inputs"
	returnsInputs = "S3 returns what was put"

	bucketEncryptionType = "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2"
)

// nothingServerSet are the resource types without properties that AWS sets, and why.
var nothingServerSet = map[string]string{
	"aws:autoscaling/tag:Tag":                                   foundByInputs,
	"aws:cloudwatch/logGroup:LogGroup":                          "only outputs: arn, logGroupClass",
	"aws:ec2/internetGateway:InternetGateway":                   "only outputs: arn, ownerId",
	"aws:ec2/routeTableAssociation:RouteTableAssociation":       foundByInputs,
	"aws:ec2/route:Route":                                       "only outputs: origin, state",
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "only outputs: arn, securityGroupRuleId",
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation":   "only outputs: associatedAt, modifiedAt",
	"aws:eks/podIdentityAssociation:PodIdentityAssociation":     "only outputs: associationArn, associationId",
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment":         foundByInputs,
	"aws:kms/alias:Alias":                                       "only outputs: arn, targetKeyArn",
	"aws:s3/bucketLoggingV2:BucketLoggingV2":                    returnsInputs,
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls":    returnsInputs,
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock":    returnsInputs,
	bucketEncryptionType:                                        returnsInputs,
	"aws:s3/bucketVersioningV2:BucketVersioningV2":              returnsInputs,
}

// computed returns a property that is optional and computed in the provider's schema.
func computed(value provider.OutputFunc, source string) provider.ServerSetProperty {
	return provider.ServerSetProperty{Value: value, Computed: true, Source: providerSource + source}
}

// unordered returns a property that is a set in the provider's schema. AWS returns it in an order of its own.
func unordered(path, source string) provider.ServerSetProperty {
	return provider.ServerSetProperty{
		Value: func(r *provider.Request) any {
			elements := r.GetStrings(path)
			if len(elements) == 0 {
				return nil
			}
			slices.Sort(elements)
			reversed := make([]any, 0, len(elements))
			for _, element := range slices.Backward(elements) {
				reversed = append(reversed, element)
			}
			return reversed
		},
		Overrides: true, Equal: sameElements, Source: providerSource + source,
	}
}

// sameElements compares two sets of strings.
func sameElements(reported, wanted any) bool {
	a, _ := reported.([]any)
	b, _ := wanted.([]any)
	return len(a) == len(b) && !slices.ContainsFunc(a, func(element any) bool { return !slices.Contains(b, element) })
}
