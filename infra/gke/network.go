package gke

import (
	"fmt"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Names of our own subnetwork's secondary ranges.
const (
	podRange     = "pods"
	serviceRange = "services"
)

// Network is a VPC with one subnetwork for the nodes and a way out, none in,
// made by the stack, or one that the team has.
type Network struct {
	pulumi.ResourceState

	// Network and Subnetwork by their self links, or as the team names them.
	Network, Subnetwork pulumi.StringInput
	// PodRange and ServiceRange are names of the subnetwork's secondary ranges.
	PodRange, ServiceRange string
	// Egress is the NAT that private nodes need before they can pull an image.
	Egress []pulumi.Resource
}

// NetworkArgs says where the network lies and what addresses it has.
type NetworkArgs struct {
	// Region of the subnetwork.
	Region string
	// CIDR is the range of the nodes, PodCIDR of the pods, ServiceCIDR of the Services.
	CIDR, PodCIDR, ServiceCIDR string
}

// resolveNetwork makes the network that the config describes, or takes the one that it names.
func resolveNetwork(ctx *pulumi.Context, c config.Config, opts ...pulumi.ResourceOption) (*Network, error) {
	name, network := c.Cluster.Create.Name, c.Cluster.Create.Network
	if network.Existing != nil {
		return LookupNetwork(ctx, name, *network.Existing, opts...)
	}
	return NewNetwork(ctx, name, &NetworkArgs{
		Region: c.GCP.Region, CIDR: network.CIDR, PodCIDR: network.PodCIDR, ServiceCIDR: network.ServiceCIDR,
	}, opts...)
}

// LookupNetwork takes a network that exists, and makes nothing. What is not
// there, GKE itself refuses by name before it makes a cluster.
func LookupNetwork(ctx *pulumi.Context, name string, existing config.ExistingNetwork, opts ...pulumi.ResourceOption) (*Network, error) {
	n := &Network{
		Network: pulumi.String(existing.Network), Subnetwork: pulumi.String(existing.Subnetwork),
		PodRange: existing.PodRange, ServiceRange: existing.ServiceRange,
	}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Network", name, pulumi.Map{
		"existing": n.Network,
	}, n, opts...); err != nil {
		return nil, err
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"network": n.Network, "subnetwork": n.Subnetwork})
}

// NewNetwork makes a VPC-native network: nodes in the primary range, pods and
// services in secondary ones, Cloud NAT for what they fetch from outside.
func NewNetwork(ctx *pulumi.Context, name string, args *NetworkArgs, opts ...pulumi.ResourceOption) (*Network, error) {
	n := &Network{PodRange: podRange, ServiceRange: serviceRange}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Network", name, pulumi.Map{
		"region": pulumi.String(args.Region), "cidr": pulumi.String(args.CIDR),
	}, n, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(n)
	vpc, err := compute.NewNetwork(ctx, name, &compute.NetworkArgs{
		Name:                  pulumi.String(name),
		AutoCreateSubnetworks: pulumi.Bool(false),
		RoutingMode:           pulumi.String("REGIONAL"),
	}, parent)
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
			&compute.SubnetworkSecondaryIpRangeArgs{RangeName: pulumi.String(podRange), IpCidrRange: pulumi.String(args.PodCIDR)},
			&compute.SubnetworkSecondaryIpRangeArgs{RangeName: pulumi.String(serviceRange), IpCidrRange: pulumi.String(args.ServiceCIDR)},
		},
	}, parent)
	if err != nil {
		return nil, err
	}
	router, err := compute.NewRouter(ctx, name, &compute.RouterArgs{
		Name: pulumi.String(name), Network: vpc.SelfLink, Region: pulumi.String(args.Region),
	}, parent)
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
	}, parent)
	if err != nil {
		return nil, err
	}
	n.Network, n.Subnetwork, n.Egress = vpc.SelfLink, subnetwork.SelfLink, []pulumi.Resource{nat}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"network": n.Network, "subnetwork": n.Subnetwork})
}
