package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// LookupNetwork looks up the subnets of an existing VPC, and creates nothing. It fails if a subnet is not in the VPC,
// or if a private one assigns public addresses: its nodes would be reachable from the internet.
func LookupNetwork(
	ctx *pulumi.Context, name string, args *config.ExistingNetwork, opts ...pulumi.ResourceOption,
) (*Network, error) {
	n := &Network{VPC: pulumi.String(args.VPC).ToStringOutput()}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Network", name, pulumi.Map{
		"existing": pulumi.String(args.VPC),
	}, n, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(n)
	for k, id := range args.PrivateSubnets {
		path := fmt.Sprintf("cluster.create.network.existing.privateSubnets[%d]", k)
		subnet := lookupSubnet(ctx, args.VPC, id, parent)
		n.Private = append(n.Private, pulumi.All(subnet.Id(), subnet.MapPublicIpOnLaunch()).ApplyT(func(v []any) (string, error) {
			if mapsPublicIP, _ := v[1].(bool); mapsPublicIP {
				return "", fmt.Errorf(
					"modelferry:%s: invalid subnet %s: it assigns public addresses on launch, must be a private subnet", path, id)
			}
			return v[0].(string), nil
		}).(pulumi.StringOutput))
	}
	for _, id := range args.PublicSubnets {
		n.Public = append(n.Public, lookupSubnet(ctx, args.VPC, id, parent).Id())
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"vpc": n.VPC, "private": n.Private, "public": n.Public})
}

// lookupSubnet looks up a subnet by both IDs, so that it fails for a subnet of another VPC.
func lookupSubnet(ctx *pulumi.Context, vpc, id string, opts ...pulumi.InvokeOption) ec2.LookupSubnetResultOutput {
	return ec2.LookupSubnetOutput(ctx, ec2.LookupSubnetOutputArgs{Id: pulumi.String(id), VpcId: pulumi.String(vpc)}, opts...)
}
