package aws

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var functions = map[string]provider.Function{
	"aws:index/getCallerIdentity:getCallerIdentity": {
		Args: aws.GetCallerIdentityArgs{}, Result: aws.GetCallerIdentityResult{},
		Outputs: map[string]provider.Value{
			"accountId": accountID,
			"id":        accountID,
			"arn":       globalARN("sts", "assumed-role/ml-platform/local"), // the administrator that Pulumi.eks.yaml names
			"userId":    provider.Const("AROAMODELFERRYLOCAL00:local"),
		},
	},
	"aws:index/getRegion:getRegion": {
		Args: aws.GetRegionArgs{}, Result: aws.GetRegionResult{},
		Outputs: map[string]provider.Value{
			"id":          provider.Text("{name}"),
			"name":        region,
			"endpoint":    provider.Text("ec2.{name}.amazonaws.com"),
			"description": provider.Text("{name}"),
		},
	},
	"aws:index/getPartition:getPartition": {
		Args: aws.GetPartitionArgs{}, Result: aws.GetPartitionResult{},
		Outputs: map[string]provider.Value{
			"id":               provider.Const("aws"),
			"partition":        provider.Const("aws"),
			"dnsSuffix":        provider.Const("amazonaws.com"),
			"reverseDnsPrefix": provider.Const("com.amazonaws"),
		},
	},
	"aws:index/getAvailabilityZones:getAvailabilityZones": {
		Args: aws.GetAvailabilityZonesArgs{}, Result: aws.GetAvailabilityZonesResult{},
		Outputs: map[string]provider.Value{
			"id":         region,
			"names":      zones("", "a", "b", "c"),
			"zoneIds":    zones("-az", "1", "2", "3"),
			"groupNames": zones(""),
		},
	},
	"aws:ec2/getSubnet:getSubnet": {
		Args: ec2.LookupSubnetArgs{}, Result: ec2.LookupSubnetResult{},
		Required: []string{"id"}, // it is found, whatever it is called, in the VPC that is asked for
		Outputs: map[string]provider.Value{
			"arn":                     arn("ec2", "subnet/{id}"),
			"vpcId":                   provider.Text("vpc-{#17}"),
			"availabilityZone":        func(r *provider.Request) any { return fmt.Sprint(region(r), "a") },
			"cidrBlock":               provider.Const("10.0.0.0/19"),
			"availableIpAddressCount": provider.Const(8187),
			"state":                   provider.Const("available"),
			"mapPublicIpOnLaunch":     provider.Const(false),
		},
	},
	"aws:eks/getCluster:getCluster": {
		Args: eks.LookupClusterArgs{}, Result: eks.LookupClusterResult{},
		Outputs: map[string]provider.Value{
			"id":                     func(r *provider.Request) any { return r.Existing(ClusterType, r.Str("name")) },
			"arn":                    arn("eks", "cluster/{name}"),
			"endpoint":               endpoint,
			"certificateAuthorities": func(r *provider.Request) any { return []any{map[string]any{"data": authority(r)}} },
			"identities":             identities,
			"status":                 provider.Const("ACTIVE"),
			"version":                provider.Const(version),
			"platformVersion":        provider.Const("eks.1"),
			"vpcConfig":              existingVPC,
			"accessConfigs": provider.Const([]any{map[string]any{
				"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": false,
			}}),
		},
	},
	"aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": {
		Args: iam.LookupOpenIdConnectProviderArgs{}, Result: iam.LookupOpenIdConnectProviderResult{},
		Outputs: map[string]provider.Value{
			"id":              provider.Text("{arn}"),
			"arn":             oidcProviderARN,
			"clientIdLists":   provider.Const([]any{"sts.amazonaws.com"}),
			"thumbprintLists": provider.Const([]any{}),
		},
	},
}

// zones are the region's name with each suffix, or the region's name alone.
func zones(separator string, suffixes ...string) provider.Value {
	return func(r *provider.Request) any {
		name := fmt.Sprint(region(r))
		if len(suffixes) == 0 {
			return []any{name}
		}
		var list []any
		for _, suffix := range suffixes {
			list = append(list, name+separator+suffix)
		}
		return list
	}
}

func existingVPC(r *provider.Request) any {
	return map[string]any{
		"vpcId":                  provider.Text("vpc-{#17}")(r),
		"clusterSecurityGroupId": provider.Text("sg-{#17}")(r),
		"subnetIds":              []any{}, "securityGroupIds": []any{}, "publicAccessCidrs": []any{},
		"endpointPrivateAccess": true, "endpointPublicAccess": false,
	}
}
