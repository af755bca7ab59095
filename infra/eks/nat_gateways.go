package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// natGatewayCount is how many NATs there are: one for all zones, or one a zone.
func (a *NetworkArgs) natGatewayCount() int {
	if a.NATPerZone {
		return availabilityZoneCount
	}
	return 1
}

// indexedName names the parts that there may be several of. The first one's name
// has no number, so that it stays what it is when others come.
func indexedName(name string, k int) string {
	if k == 0 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, k)
}

// addEgress gives the private subnets a way out: a NAT for each of their route
// tables, and S3 beside it.
func (n *Network) addEgress(ctx *pulumi.Context, name string, args *NetworkArgs, vpc *ec2.Vpc, privateTables []*ec2.RouteTable, internetRoute pulumi.Resource, opts ...pulumi.ResourceOption) error {
	var tableIDs pulumi.StringArray
	for k, table := range privateTables {
		route, err := n.newNATGateway(ctx, name, k, table, internetRoute, opts...)
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

// newNATGateway makes a NAT in the public subnet of zone k, and the table's route to it.
func (n *Network) newNATGateway(ctx *pulumi.Context, name string, k int, table *ec2.RouteTable, internetRoute pulumi.Resource, opts ...pulumi.ResourceOption) (*ec2.Route, error) {
	gatewayName := indexedName(name, k)
	address, err := ec2.NewEip(ctx, gatewayName, &ec2.EipArgs{Domain: pulumi.String("vpc"), Tags: nameTag(gatewayName)}, opts...)
	if err != nil {
		return nil, err
	}
	gateway, err := ec2.NewNatGateway(ctx, gatewayName, &ec2.NatGatewayArgs{
		AllocationId: address.ID(), SubnetId: n.Public[k].ToStringOutput(), Tags: nameTag(gatewayName),
	}, append(opts, pulumi.DependsOn([]pulumi.Resource{internetRoute}))...)
	if err != nil {
		return nil, err
	}
	return ec2.NewRoute(ctx, indexedName(name+"-private", k), &ec2.RouteArgs{
		RouteTableId: table.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0"), NatGatewayId: gateway.ID(),
	}, opts...)
}
