package eks

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// natGatewayCount is the number of NAT gateways: one, or one in each zone.
func (a *NetworkArgs) natGatewayCount() int {
	if a.NATPerZone {
		return a.zoneCount()
	}
	return 1
}

// indexedName returns the name of the resource with index k. The first one has no number, so that its URN does not
// change if there are more.
func indexedName(name string, k int) string {
	if k == 0 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, k)
}

// addEgress adds a NAT gateway to each private route table, and a gateway endpoint for S3.
func (n *Network) addEgress(
	ctx *pulumi.Context, name string, args *NetworkArgs, vpc *ec2.Vpc, privateTables []*ec2.RouteTable,
	opts ...pulumi.ResourceOption,
) error {
	// A NAT gateway reaches the internet by the routes of its subnet.
	routing := slices.Clone(n.Egress)
	var tableIDs pulumi.StringArray
	for k, table := range privateTables {
		route, err := n.newNATGateway(ctx, name, k, table, routing, opts...)
		if err != nil {
			return err
		}
		n.Egress, tableIDs = append(n.Egress, route), append(tableIDs, table.ID())
	}
	endpoint, err := ec2.NewVpcEndpoint(ctx, name+"-s3", &ec2.VpcEndpointArgs{
		VpcId: vpc.ID(), ServiceName: pulumi.Sprintf("com.amazonaws.%s.s3", args.Region),
		VpcEndpointType: pulumi.String("Gateway"), RouteTableIds: tableIDs, Tags: nameTag(name + "-s3"),
	}, opts...)
	n.Egress = append(n.Egress, endpoint)
	return err
}

// newNATGateway creates a NAT gateway in the public subnet with index k, and the table's route to it.
func (n *Network) newNATGateway(
	ctx *pulumi.Context, name string, k int, table *ec2.RouteTable, routing []pulumi.Resource,
	opts ...pulumi.ResourceOption,
) (*ec2.Route, error) {
	gatewayName := indexedName(name, k)
	address, err := ec2.NewEip(ctx, gatewayName, &ec2.EipArgs{Domain: pulumi.String("vpc"), Tags: nameTag(gatewayName)}, opts...)
	if err != nil {
		return nil, err
	}
	gateway, err := ec2.NewNatGateway(ctx, gatewayName, &ec2.NatGatewayArgs{
		AllocationId: address.ID(), SubnetId: n.Public[k].ToStringOutput(), Tags: nameTag(gatewayName),
	}, append(opts, pulumi.DependsOn(routing))...)
	if err != nil {
		return nil, err
	}
	return ec2.NewRoute(ctx, indexedName(name+"-private", k), &ec2.RouteArgs{
		RouteTableId: table.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0"), NatGatewayId: gateway.ID(),
	}, opts...)
}
