package aws

import (
	"net/netip"
	"slices"

	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/provider"
)

const (
	vpcType             = "aws:ec2/vpc:Vpc"
	subnetType          = "aws:ec2/subnet:Subnet"
	internetGatewayType = "aws:ec2/internetGateway:InternetGateway"
	natGatewayType      = "aws:ec2/natGateway:NatGateway"
	eipType             = "aws:ec2/eip:Eip"
	launchTemplateType  = "aws:ec2/launchTemplate:LaunchTemplate"
)

var networkRefusals = map[string]provider.Refusals{
	vpcType: {Delete: []provider.Refusal{
		// https://github.com/pulumi-zephyr/zephyr-app/issues/9 https://github.com/gruntwork-io/cloud-nuke/issues/584
		provider.InUse(sdkError("deleting EC2 VPC ({id})", "EC2", "DeleteVpc", 400,
			"api error DependencyViolation: The vpc '{id}' has dependencies and cannot be deleted."),
			subnetType+" vpcId", internetGatewayType+" vpcId", routeTableType+" vpcId", "aws:ec2/vpcEndpoint:VpcEndpoint vpcId"),
	}},
	subnetType: {
		Create: []provider.Refusal{
			// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
			provider.Missing("vpcId", vpcType, "id", sdkError("creating EC2 Subnet", "EC2", "CreateSubnet", 400,
				"api error InvalidVpcID.NotFound: The vpc ID '{vpcId}' does not exist")),
			provider.RefuseIf(isOutsideVPC, sdkError("creating EC2 Subnet", "EC2", "CreateSubnet", 400,
				"api error InvalidSubnet.Range: The CIDR '{cidrBlock}' is invalid.")),
			// https://github.com/hashicorp/terraform/issues/33470
			provider.RefuseIf(overlapsSubnet, sdkError("creating EC2 Subnet", "EC2", "CreateSubnet", 400,
				"api error InvalidSubnet.Conflict: The CIDR '{cidrBlock}' conflicts with another subnet")),
		},
		// https://github.com/terraform-aws-modules/terraform-aws-vpc/issues/1081
		Delete: []provider.Refusal{provider.InUse(sdkError("deleting EC2 Subnet ({id})", "EC2", "DeleteSubnet", 400,
			"api error DependencyViolation: The subnet '{id}' has dependencies and cannot be deleted."),
			natGatewayType+" subnetId", nodeGroupType+" subnetIds", ClusterType+" vpcConfig.subnetIds")},
	},
	internetGatewayType: {Delete: []provider.Refusal{
		// https://github.com/jenkins-x/terraform-aws-eks-jx/issues/373
		provider.RefuseIf(hasMappedAddresses, sdkError("deleting EC2 Internet Gateway ({id}): detaching EC2 Internet Gateway ({id}) "+
			"from VPC ({vpcId})", "EC2", "DetachInternetGateway", 400, "api error DependencyViolation: Network {vpcId} has some "+
			"mapped public address(es). Please unmap those public address(es) before detaching the gateway.")),
	}},
	natGatewayType: {Create: []provider.Refusal{
		// https://github.com/giantswarm/aws-operator/pull/1234
		provider.RefuseIf(hasNoInternetGateway, provider.Template("waiting for EC2 NAT Gateway ({id}) create: unexpected state 'failed', "+
			"wanted target 'available'. last error: Gateway.NotAttached: Network has no Internet gateway attached")),
	}},
}

// cidr returns the range of a record or request, an empty one if it has none.
func cidr(text any) netip.Prefix {
	value, _ := text.(string)
	prefix, _ := netip.ParsePrefix(value)
	return prefix
}

func isOutsideVPC(r *provider.Request, cloud *cloudstate.Cloud) bool {
	network, subnet := cidr(cloud.Find(vpcType, r.GetString("vpcId")).Outputs["cidrBlock"]), cidr(r.Get("cidrBlock"))
	return !network.Contains(subnet.Addr()) || subnet.Bits() < network.Bits()
}

func overlapsSubnet(r *provider.Request, cloud *cloudstate.Cloud) bool {
	return slices.ContainsFunc(cloud.OfType(subnetType), func(other cloudstate.Resource) bool {
		return other.Outputs["vpcId"] == r.Get("vpcId") && cidr(other.Outputs["cidrBlock"]).Overlaps(cidr(r.Get("cidrBlock")))
	})
}

// hasMappedAddresses reports whether the VPC of an internet gateway has a NAT gateway, which has a public address.
func hasMappedAddresses(r *provider.Request, cloud *cloudstate.Cloud) bool {
	return slices.ContainsFunc(cloud.OfType(natGatewayType), func(gateway cloudstate.Resource) bool {
		return vpcOf(cloud, gateway.Outputs["subnetId"]) == r.GetString("vpcId")
	})
}

func hasNoInternetGateway(r *provider.Request, cloud *cloudstate.Cloud) bool {
	vpc := vpcOf(cloud, r.Get("subnetId"))
	return vpc != "" && provider.FindBy(cloud, internetGatewayType, "vpcId", vpc) == nil
}

// vpcOf returns the VPC of a subnet of the stack, "" for another one.
func vpcOf(cloud *cloudstate.Cloud, subnetID any) string {
	id, _ := subnetID.(string)
	subnet := cloud.Find(subnetType, id)
	if subnet == nil {
		return ""
	}
	vpc, _ := subnet.Outputs["vpcId"].(string)
	return vpc
}
