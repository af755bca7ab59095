package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Names of the subnetwork's secondary ranges.
const (
	podRange     = "pods"
	serviceRange = "services"
)

// Network is a VPC with one subnetwork for the nodes and a way out, none in.
type Network struct {
	pulumi.ResourceState

	// Network and Subnetwork by their self links.
	Network, Subnetwork pulumi.StringOutput
	// Egress is the NAT that private nodes need before they can pull an image.
	Egress pulumi.Resource
}

// NetworkArgs says where the network lies and what addresses it has.
type NetworkArgs struct {
	// Region of the subnetwork.
	Region string
	// CIDR is the range of the nodes.
	CIDR string
}

// NewNetwork makes a VPC-native network: nodes in the primary range, pods and
// services in secondary ones, Cloud NAT for what they fetch from outside.
func NewNetwork(ctx *pulumi.Context, name string, args *NetworkArgs, opts ...pulumi.ResourceOption) (*Network, error) {
	n := &Network{}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Network", name, pulumi.Map{
		"region": pulumi.String(args.Region), "cidr": pulumi.String(args.CIDR),
	}, n, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(n)
	vpc, err := compute.NewNetwork(ctx, name, &compute.NetworkArgs{
		Name:                  pulumi.String(name),
		AutoCreateSubnetworks: pulumi.Bool(false),
		RoutingMode:           pulumi.String("REGIONAL"),
	}, child)
	if err != nil {
		return nil, err
	}
	subnetwork, err := compute.NewSubnetwork(ctx, name, &compute.SubnetworkArgs{
		Name:                  pulumi.String(name),
		Network:               vpc.SelfLink,
		Region:                pulumi.String(args.Region),
		IpCidrRange:           pulumi.String(args.CIDR),
		PrivateIpGoogleAccess: pulumi.Bool(true), // Cloud Storage without leaving Google's network
		SecondaryIpRanges: compute.SubnetworkSecondaryIpRangeArray{
			&compute.SubnetworkSecondaryIpRangeArgs{RangeName: pulumi.String(podRange), IpCidrRange: pulumi.String("172.20.0.0/14")},
			&compute.SubnetworkSecondaryIpRangeArgs{RangeName: pulumi.String(serviceRange), IpCidrRange: pulumi.String("172.24.0.0/20")},
		},
	}, child)
	if err != nil {
		return nil, err
	}
	router, err := compute.NewRouter(ctx, name, &compute.RouterArgs{
		Name: pulumi.String(name), Network: vpc.SelfLink, Region: pulumi.String(args.Region),
	}, child)
	if err != nil {
		return nil, err
	}
	nat, err := compute.NewRouterNat(ctx, name, &compute.RouterNatArgs{
		Name:                          pulumi.String(fmt.Sprintf("%s-nat", name)),
		Router:                        router.Name,
		Region:                        pulumi.String(args.Region),
		NatIpAllocateOption:           pulumi.String("AUTO_ONLY"),
		SourceSubnetworkIpRangesToNat: pulumi.String("ALL_SUBNETWORKS_ALL_IP_RANGES"),
		LogConfig:                     &compute.RouterNatLogConfigArgs{Enable: pulumi.Bool(true), Filter: pulumi.String("ERRORS_ONLY")},
	}, child)
	if err != nil {
		return nil, err
	}
	n.Network, n.Subnetwork, n.Egress = vpc.SelfLink, subnetwork.SelfLink, nat
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"network": n.Network, "subnetwork": n.Subnetwork})
}
