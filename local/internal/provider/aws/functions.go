package aws

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"

	"github.com/modelferry/modelferry/local/internal/provider"
)

// CallerRole is the role that Pulumi runs with: an administrator in Pulumi.eks.yaml.
const CallerRole = "ml-platform"

var functions = map[string]provider.Function{
	"aws:index/getCallerIdentity:getCallerIdentity": {
		Args: aws.GetCallerIdentityArgs{}, Result: aws.GetCallerIdentityResult{},
		Outputs: map[string]provider.OutputFunc{
			"accountId": accountID,
			"id":        accountID,
			"arn":       globalARN("sts", "assumed-role/"+CallerRole+"/local"),
			"userId":    provider.ConstOutput("AROAMODELFERRYLOCAL00:local"),
		},
	},
	"aws:index/getRegion:getRegion": {
		Args: aws.GetRegionArgs{}, Result: aws.GetRegionResult{},
		Outputs: map[string]provider.OutputFunc{
			"id":          provider.Template("{name}"),
			"name":        region,
			"endpoint":    provider.Template("ec2.{name}.amazonaws.com"),
			"description": provider.Template("{name}"),
		},
	},
	"aws:index/getPartition:getPartition": {
		Args: aws.GetPartitionArgs{}, Result: aws.GetPartitionResult{},
		Outputs: map[string]provider.OutputFunc{
			"id":               provider.ConstOutput("aws"),
			"partition":        provider.ConstOutput("aws"),
			"dnsSuffix":        provider.ConstOutput("amazonaws.com"),
			"reverseDnsPrefix": provider.ConstOutput("com.amazonaws"),
		},
	},
	"aws:index/getAvailabilityZones:getAvailabilityZones": {
		Args: aws.GetAvailabilityZonesArgs{}, Result: aws.GetAvailabilityZonesResult{},
		Outputs: map[string]provider.OutputFunc{
			"id":         region,
			"names":      zoneOutput(func(z zone) string { return z.name }),
			"zoneIds":    zoneOutput(func(z zone) string { return z.id }),
			"groupNames": zoneOutput(func(z zone) string { return z.group }),
		},
	},
	"aws:ec2/getSubnet:getSubnet": {
		Args: ec2.LookupSubnetArgs{}, Result: ec2.LookupSubnetResult{},
		RequiredInputs: []string{"id"}, // every ID exists, in the VPC of the request
		Outputs: map[string]provider.OutputFunc{
			"arn":                     arn("ec2", "subnet/{id}"),
			"vpcId":                   provider.Template("vpc-{#17}"),
			"availabilityZone":        func(r *provider.Request) any { return fmt.Sprint(region(r), "a") },
			"cidrBlock":               provider.ConstOutput("10.0.0.0/19"),
			"availableIpAddressCount": provider.ConstOutput(8187),
			"state":                   provider.ConstOutput("available"),
			"mapPublicIpOnLaunch":     provider.ConstOutput(false),
		},
	},
	"aws:eks/getCluster:getCluster": {
		Args: eks.LookupClusterArgs{}, Result: eks.LookupClusterResult{},
		Outputs: map[string]provider.OutputFunc{
			"id":                     func(r *provider.Request) any { return r.LookupClusterID(ClusterType, r.GetString("name")) },
			"arn":                    arn("eks", "cluster/{name}"),
			"endpoint":               clusterEndpoint,
			"certificateAuthorities": func(r *provider.Request) any { return []any{map[string]any{"data": provider.ClusterCA(r)}} },
			"identities":             clusterIdentities,
			"status":                 provider.ConstOutput("ACTIVE"),
			"version":                provider.ConstOutput(kubernetesVersion),
			"platformVersion":        provider.ConstOutput("eks.1"),
			"vpcConfig":              existingVPCConfig,
			"accessConfigs": provider.ConstOutput([]any{map[string]any{
				"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": false,
			}}),
		},
	},
	"aws:eks/getAddonVersion:getAddonVersion": {
		Args: eks.GetAddonVersionArgs{}, Result: eks.GetAddonVersionResult{},
		Outputs: map[string]provider.OutputFunc{
			"id":      provider.Template("{addonName}"),
			"version": provider.Template("v{kubernetesVersion}.0-eksbuild.1"),
		},
	},
	"aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": {
		Args: iam.LookupOpenIdConnectProviderArgs{}, Result: iam.LookupOpenIdConnectProviderResult{},
		Outputs: map[string]provider.OutputFunc{
			"id":              provider.Template("{arn}"),
			"arn":             oidcProviderARN,
			"clientIdLists":   provider.ConstOutput([]any{"sts.amazonaws.com"}),
			"thumbprintLists": provider.ConstOutput([]any{}),
		},
	},
}

func existingVPCConfig(r *provider.Request) any {
	return map[string]any{
		"vpcId":                  provider.Template("vpc-{#17}")(r),
		"clusterSecurityGroupId": provider.Template("sg-{#17}")(r),
		"subnetIds":              []any{}, "securityGroupIds": []any{}, "publicAccessCidrs": []any{},
		"endpointPrivateAccess": true, "endpointPublicAccess": false,
	}
}
