package aws

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var networkResources = map[string]provider.Resource{
	vpcType: {
		Args: ec2.VpcArgs{}, State: ec2.VpcState{},
		ReplaceOnChanges: []string{"cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"},
		ID:               provider.Template("vpc-{#17}"),
		Outputs: map[string]provider.OutputFunc{
			"arn":                    arn("ec2", "vpc/{id}"),
			"mainRouteTableId":       provider.Template("rtb-{#17}"),
			"defaultRouteTableId":    provider.Template("rtb-{#17}"),
			"defaultSecurityGroupId": provider.Template("sg-{#17}"),
			"defaultNetworkAclId":    provider.Template("acl-{#17}"),
			"enableDnsSupport":       provider.ConstOutput(true),
		},
	},
	subnetType: {
		Args: ec2.SubnetArgs{}, State: ec2.SubnetState{},
		ReplaceOnChanges: []string{"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native", "outpostArn"},
		ID:               provider.Template("subnet-{#17}"),
		Outputs: map[string]provider.OutputFunc{
			"arn":              arn("ec2", "subnet/{id}"),
			"availabilityZone": func(r *provider.Request) any { return fmt.Sprint(region(r), "a") },
		},
	},
	internetGatewayType: {
		Args: ec2.InternetGatewayArgs{}, State: ec2.InternetGatewayState{},
		ID:      provider.Template("igw-{#17}"),
		Outputs: map[string]provider.OutputFunc{"arn": arn("ec2", "internet-gateway/{id}")},
	},
	launchTemplateType: {
		Args: ec2.LaunchTemplateArgs{}, State: ec2.LaunchTemplateState{}, NameProperty: "name",
		ReplaceOnChanges: []string{"name", "namePrefix"},
		ID:               provider.Template("lt-{#17}"),
		Outputs: map[string]provider.OutputFunc{
			"arn": arn("ec2", "launch-template/{id}"), "latestVersion": nextVersion, "defaultVersion": nextVersion,
		},
	},
	eipType: {
		Args: ec2.EipArgs{}, State: ec2.EipState{},
		ReplaceOnChanges: []string{"domain", "networkBorderGroup", "publicIpv4Pool", "address"},
		ID:               provider.Template("eipalloc-{#17}"),
		Outputs: map[string]provider.OutputFunc{
			"arn":          arn("ec2", "elastic-ip/{id}"),
			"allocationId": provider.Template("{id}"),
			"publicIp":     provider.ConstOutput("203.0.113.10"), // reserved for documentation
			"domain":       provider.ConstOutput("vpc"),
		},
	},
	natGatewayType: {
		Args: ec2.NatGatewayArgs{}, State: ec2.NatGatewayState{},
		ReplaceOnChanges: []string{"subnetId", "allocationId", "connectivityType", "privateIp"},
		ID:               provider.Template("nat-{#17}"),
		Outputs: map[string]provider.OutputFunc{
			"publicIp":           provider.ConstOutput("203.0.113.10"),
			"networkInterfaceId": provider.Template("eni-{#17}"),
			"connectivityType":   provider.ConstOutput("public"),
		},
	},
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
		Args: vpc.SecurityGroupIngressRuleArgs{}, State: vpc.SecurityGroupIngressRuleState{},
		ReplaceOnChanges: []string{"securityGroupId"},
		ID:               provider.Template("sgr-{#17}"),
		Outputs: map[string]provider.OutputFunc{
			"arn": arn("ec2", "security-group-rule/{id}"), "securityGroupRuleId": provider.Template("{id}"),
		},
	},
	"aws:ec2/vpcEndpoint:VpcEndpoint": {
		Args: ec2.VpcEndpointArgs{}, State: ec2.VpcEndpointState{},
		RequiredInputs:   []string{"serviceName"},
		ReplaceOnChanges: []string{"vpcId", "serviceName", "vpcEndpointType", "serviceRegion"},
		ID:               provider.Template("vpce-{#17}"),
		Outputs: map[string]provider.OutputFunc{
			"arn":             arn("ec2", "vpc-endpoint/{id}"),
			"prefixListId":    provider.Template("pl-{#8}"),
			"state":           provider.ConstOutput("available"),
			"vpcEndpointType": provider.ConstOutput("Gateway"),
		},
	},
}
