package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// nats is how many NATs there are: one for all zones, or one a zone.
func (a *NetworkArgs) nats() int {
	if a.NATPerZone {
		return zones
	}
	return 1
}

// numbered names the parts that there may be several of. The first one's name
// has no number, so that it stays what it is when others come.
func numbered(name string, k int) string {
	if k == 0 {
		return name
	}
	return fmt.Sprintf("%s-%d", name, k)
}

// addEgress gives the private subnets a way out: a NAT for each of their route
// tables, and S3 beside it.
func (n *Network) addEgress(ctx *pulumi.Context, name string, args *NetworkArgs, vpc *ec2.Vpc, private []*ec2.RouteTable, outward pulumi.Resource, opts ...pulumi.ResourceOption) error {
	var tables pulumi.StringArray
	for k, table := range private {
		route, err := n.newNAT(ctx, name, k, table, outward, opts...)
		if err != nil {
			return err
		}
		n.Egress, tables = append(n.Egress, route), append(tables, table.ID())
	}
	storage, err := ec2.NewVpcEndpoint(ctx, name+"-s3", &ec2.VpcEndpointArgs{
		VpcId: vpc.ID(), ServiceName: pulumi.Sprintf("com.amazonaws.%s.s3", args.Region),
		VpcEndpointType: pulumi.String("Gateway"), RouteTableIds: tables, Tags: named(name + "-s3"),
	}, opts...)
	n.Egress = append(n.Egress, storage)
	return err
}

// newNAT makes a NAT in the public subnet of zone k, and the table's route to it.
func (n *Network) newNAT(ctx *pulumi.Context, name string, k int, table *ec2.RouteTable, outward pulumi.Resource, opts ...pulumi.ResourceOption) (*ec2.Route, error) {
	at := numbered(name, k)
	address, err := ec2.NewEip(ctx, at, &ec2.EipArgs{Domain: pulumi.String("vpc"), Tags: named(at)}, opts...)
	if err != nil {
		return nil, err
	}
	nat, err := ec2.NewNatGateway(ctx, at, &ec2.NatGatewayArgs{
		AllocationId: address.ID(), SubnetId: n.Public[k].ToStringOutput(), Tags: named(at),
	}, append(opts, pulumi.DependsOn([]pulumi.Resource{outward}))...)
	if err != nil {
		return nil, err
	}
	return ec2.NewRoute(ctx, numbered(name+"-private", k), &ec2.RouteArgs{
		RouteTableId: table.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0"), NatGatewayId: nat.ID(),
	}, opts...)
}
