package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/compute"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Names of the secondary ranges of a subnetwork that the stack creates.
const (
	podRange     = "pods"
	serviceRange = "services"
)

// Network is a VPC network with one subnetwork, created by the stack or existing.
type Network struct {
	pulumi.ResourceState

	// Network and Subnetwork are self links or names.
	Network, Subnetwork pulumi.StringInput
	// PodRange and ServiceRange are the names of the subnetwork's secondary ranges.
	PodRange, ServiceRange string
	// Egress are the resources that private nodes need to pull images.
	Egress []pulumi.Resource
}

// NetworkArgs are the arguments of NewNetwork. Ranges are in CIDR notation.
type NetworkArgs struct {
	// Region of the subnetwork.
	Region string
	// CIDR is the range of the nodes, PodCIDR of the pods, ServiceCIDR of the Services.
	CIDR, PodCIDR, ServiceCIDR string
}

// resolveNetwork creates the network that the config describes, or returns the existing one that it names.
func resolveNetwork(
	ctx *pulumi.Context, name, region string, network config.Network, opts ...pulumi.ResourceOption,
) (*Network, error) {
	if network.Existing != nil {
		return LookupNetwork(ctx, name, network.Existing, opts...)
	}
	return NewNetwork(ctx, name, &NetworkArgs{
		Region: region, CIDR: network.CIDR, PodCIDR: network.PodCIDR, ServiceCIDR: network.ServiceCIDR,
	}, opts...)
}

// NewNetwork creates a network for a VPC-native cluster: nodes in the primary range, pods and Services in secondary
// ranges, and Cloud NAT for connections to the internet.
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
		PrivateIpGoogleAccess: pulumi.Bool(true), // reaches Cloud Storage without NAT
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
		Name:                          pulumi.String(name + "-nat"),
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
