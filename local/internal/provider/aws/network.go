package aws

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"

	"github.com/modelferry/modelferry/local/internal/provider"
)

var network = map[string]provider.Resource{
	"aws:ec2/vpc:Vpc": {
		Args: ec2.VpcArgs{}, State: ec2.VpcState{},
		Replace: []string{"cidrBlock", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"},
		ID:      provider.Text("vpc-{#17}"),
		Outputs: map[string]provider.Value{
			"arn":                    arn("ec2", "vpc/{id}"),
			"mainRouteTableId":       provider.Text("rtb-{#17}"),
			"defaultRouteTableId":    provider.Text("rtb-{#17}"),
			"defaultSecurityGroupId": provider.Text("sg-{#17}"),
			"defaultNetworkAclId":    provider.Text("acl-{#17}"),
			"enableDnsSupport":       provider.Const(true),
		},
	},
	"aws:ec2/subnet:Subnet": {
		Args: ec2.SubnetArgs{}, State: ec2.SubnetState{},
		Replace: []string{"vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv6Native", "outpostArn"},
		ID:      provider.Text("subnet-{#17}"),
		Outputs: map[string]provider.Value{
			"arn":              arn("ec2", "subnet/{id}"),
			"availabilityZone": func(r *provider.Request) any { return fmt.Sprint(region(r), "a") },
		},
	},
	"aws:ec2/internetGateway:InternetGateway": {
		Args: ec2.InternetGatewayArgs{}, State: ec2.InternetGatewayState{},
		ID:      provider.Text("igw-{#17}"),
		Outputs: map[string]provider.Value{"arn": arn("ec2", "internet-gateway/{id}")},
	},
	"aws:ec2/launchTemplate:LaunchTemplate": {
		Args: ec2.LaunchTemplateArgs{}, State: ec2.LaunchTemplateState{}, Name: "name",
		Replace: []string{"name", "namePrefix"},
		ID:      provider.Text("lt-{#17}"),
		Outputs: map[string]provider.Value{
			"arn": arn("ec2", "launch-template/{id}"), "latestVersion": provider.Const(1), "defaultVersion": provider.Const(1),
		},
	},
	"aws:ec2/eip:Eip": {
		Args: ec2.EipArgs{}, State: ec2.EipState{},
		Replace: []string{"domain", "networkBorderGroup", "publicIpv4Pool", "address"},
		ID:      provider.Text("eipalloc-{#17}"),
		Outputs: map[string]provider.Value{
			"arn":          arn("ec2", "elastic-ip/{id}"),
			"allocationId": provider.Text("{id}"),
			"publicIp":     provider.Const("203.0.113.10"), // reserved for documentation
			"domain":       provider.Const("vpc"),
		},
	},
	"aws:ec2/natGateway:NatGateway": {
		Args: ec2.NatGatewayArgs{}, State: ec2.NatGatewayState{},
		Replace: []string{"subnetId", "allocationId", "connectivityType", "privateIp"},
		ID:      provider.Text("nat-{#17}"),
		Outputs: map[string]provider.Value{
			"publicIp":           provider.Const("203.0.113.10"),
			"networkInterfaceId": provider.Text("eni-{#17}"),
			"connectivityType":   provider.Const("public"),
		},
	},
	"aws:ec2/vpcEndpoint:VpcEndpoint": {
		Args: ec2.VpcEndpointArgs{}, State: ec2.VpcEndpointState{},
		Required: []string{"serviceName"},
		Replace:  []string{"vpcId", "serviceName", "vpcEndpointType", "serviceRegion"},
		ID:       provider.Text("vpce-{#17}"),
		Outputs: map[string]provider.Value{
			"arn":             arn("ec2", "vpc-endpoint/{id}"),
			"prefixListId":    provider.Text("pl-{#8}"),
			"state":           provider.Const("available"),
			"vpcEndpointType": provider.Const("Gateway"),
		},
	},
}

var routing = map[string]provider.Resource{
	"aws:ec2/routeTable:RouteTable": {
		Args: ec2.RouteTableArgs{}, State: ec2.RouteTableState{},
		Replace: []string{"vpcId"},
		ID:      provider.Text("rtb-{#17}"),
		Outputs: map[string]provider.Value{"arn": arn("ec2", "route-table/{id}")},
	},
	"aws:ec2/route:Route": {
		Args: ec2.RouteArgs{}, State: ec2.RouteState{},
		Replace: []string{"routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"},
		ID:      provider.Text("r-{routeTableId}{#10}"),
		Outputs: map[string]provider.Value{"origin": provider.Const("CreateRoute"), "state": provider.Const("active")},
	},
	"aws:ec2/routeTableAssociation:RouteTableAssociation": {
		Args: ec2.RouteTableAssociationArgs{}, State: ec2.RouteTableAssociationState{},
		Replace: []string{"subnetId", "gatewayId"},
		ID:      provider.Text("rtbassoc-{#17}"),
	},
}
