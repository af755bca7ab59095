package eks

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Network is a VPC with a public and a private subnet in each of its zones, created by the stack, or the subnets of an
// existing VPC.
type Network struct {
	pulumi.ResourceState

	// VPC is the ID of the VPC.
	VPC pulumi.StringOutput
	// Private are the IDs of the nodes' subnets.
	Private pulumi.StringArray
	// Public are the IDs of the subnets of load balancers and NAT gateways.
	Public pulumi.StringArray
	// Egress are the resources by which pods reach AWS, and the load balancers' subnets the internet. What depends on
	// them is deleted first: the load balancer controller can only delete load balancers while it reaches AWS.
	Egress []pulumi.Resource
}

// NetworkArgs are the arguments of NewNetwork.
type NetworkArgs struct {
	// Region of the network.
	Region string
	// CIDR is the range of the VPC, /16 to /20.
	CIDR string
	// Zones are the names of the availability zones, two or three. Without any, the first three of the region.
	Zones []string
	// NATPerZone creates a NAT gateway in each zone.
	NATPerZone bool
}

// resolveNetwork creates the network that the config describes, or looks up the existing one that it names.
func resolveNetwork(
	ctx *pulumi.Context, name, region string, network config.Network, opts ...pulumi.ResourceOption,
) (*Network, error) {
	if network.Existing != nil {
		return LookupNetwork(ctx, name, network.Existing, opts...)
	}
	return NewNetwork(ctx, name, &NetworkArgs{
		Region: region, CIDR: network.CIDR, Zones: network.Zones, NATPerZone: network.NATPerZone,
	}, opts...)
}

// NewNetwork creates a VPC. Its private subnets reach the internet through NAT, and S3 through a gateway endpoint,
// which costs nothing.
func NewNetwork(ctx *pulumi.Context, name string, args *NetworkArgs, opts ...pulumi.ResourceOption) (*Network, error) {
	n := &Network{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Network", name, pulumi.Map{
		"region": pulumi.String(args.Region), "cidr": pulumi.String(args.CIDR),
	}, n, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(n)
	cidrs, err := SubnetCIDRs(args.CIDR)
	if err != nil {
		return nil, err
	}
	vpc, err := ec2.NewVpc(ctx, name, &ec2.VpcArgs{
		CidrBlock: pulumi.String(args.CIDR), EnableDnsSupport: pulumi.Bool(true), EnableDnsHostnames: pulumi.Bool(true),
		Tags: nameTag(name),
	}, parent)
	if err != nil {
		return nil, err
	}
	gateway, err := ec2.NewInternetGateway(ctx, name, &ec2.InternetGatewayArgs{VpcId: vpc.ID(), Tags: nameTag(name)}, parent)
	if err != nil {
		return nil, err
	}
	publicTable, err := newRouteTable(ctx, name+"-public", vpc, parent)
	if err != nil {
		return nil, err
	}
	internetRoute, err := ec2.NewRoute(ctx, name+"-public", &ec2.RouteArgs{
		RouteTableId: publicTable.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0"), GatewayId: gateway.ID(),
	}, parent)
	if err != nil {
		return nil, err
	}
	n.VPC = vpc.ID().ToStringOutput()
	zoneNames := args.zoneNames(ctx, parent)
	privateTables := make([]*ec2.RouteTable, args.natGatewayCount())
	for k := range privateTables {
		if privateTables[k], err = newRouteTable(ctx, indexedName(name+"-private", k), vpc, parent); err != nil {
			return nil, err
		}
	}
	for zone := range args.zoneCount() {
		zoneName := zoneNames.Index(pulumi.Int(zone))
		publicSubnet, err := n.newSubnet(ctx, fmt.Sprintf("%s-public-%d", name, zone), vpc, publicTable, zoneName,
			cidrs[zone], "kubernetes.io/role/elb", parent, args.ignoreZoneChanges())
		if err != nil {
			return nil, err
		}
		privateSubnet, err := n.newSubnet(ctx, fmt.Sprintf("%s-private-%d", name, zone), vpc,
			privateTables[zone%len(privateTables)], zoneName, cidrs[maxZoneCount+zone],
			"kubernetes.io/role/internal-elb", parent, args.ignoreZoneChanges())
		if err != nil {
			return nil, err
		}
		n.Public, n.Private = append(n.Public, publicSubnet), append(n.Private, privateSubnet)
	}
	n.Egress = append(n.Egress, internetRoute)
	if err := n.addEgress(ctx, name, args, vpc, privateTables, parent); err != nil {
		return nil, err
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"vpc": n.VPC, "private": n.Private, "public": n.Public})
}

func newRouteTable(ctx *pulumi.Context, name string, vpc *ec2.Vpc, opts ...pulumi.ResourceOption) (*ec2.RouteTable, error) {
	return ec2.NewRouteTable(ctx, name, &ec2.RouteTableArgs{VpcId: vpc.ID(), Tags: nameTag(name)}, opts...)
}

// newSubnet creates a subnet with its route table, adds their association to Egress, and returns the subnet's ID. role
// is the tag key by which the load balancer controller finds it.
func (n *Network) newSubnet(
	ctx *pulumi.Context, name string, vpc *ec2.Vpc, table *ec2.RouteTable, zone pulumi.StringInput, cidr, role string,
	parent, ignoreChanges pulumi.ResourceOption,
) (pulumi.StringOutput, error) {
	tags := nameTag(name)
	tags[role] = pulumi.String("1")
	subnet, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{
		VpcId: vpc.ID(), CidrBlock: pulumi.String(cidr), AvailabilityZone: zone, Tags: tags,
	}, parent, ignoreChanges)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	association, err := ec2.NewRouteTableAssociation(ctx, name, &ec2.RouteTableAssociationArgs{
		SubnetId: subnet.ID(), RouteTableId: table.ID(),
	}, parent)
	n.Egress = append(n.Egress, association)
	return subnet.ID().ToStringOutput(), err
}

func nameTag(name string) pulumi.StringMap { return pulumi.StringMap{"Name": pulumi.String(name)} }

// SubnetCIDRs splits a network into eight equal ranges and returns the first six: three for public subnets, then three
// for private ones. Two are reserved.
func SubnetCIDRs(cidr string) ([]string, error) {
	network, err := netip.ParsePrefix(cidr)
	if err != nil {
		return nil, err
	}
	bits := network.Bits() + 3
	base := network.Masked().Addr().As4()
	start := uint32(base[0])<<24 | uint32(base[1])<<16 | uint32(base[2])<<8 | uint32(base[3])
	var cidrs []string
	for i := range uint32(2 * maxZoneCount) {
		addressBits := start + i<<(32-bits)
		addr := netip.AddrFrom4([4]byte{byte(addressBits >> 24), byte(addressBits >> 16), byte(addressBits >> 8), byte(addressBits)})
		cidrs = append(cidrs, netip.PrefixFrom(addr, bits).String())
	}
	return cidrs, nil
}
