package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// LookupNetwork looks up the subnets of a VPC that exists, and makes nothing. It
// fails when one is not of the VPC, or when a private one gives out public
// addresses: nodes in it would be on the internet.
func LookupNetwork(ctx *pulumi.Context, name string, existing config.ExistingNetwork, opts ...pulumi.ResourceOption) (*Network, error) {
	n := &Network{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Network", name, pulumi.Map{
		"existing": pulumi.String(existing.VPC),
	}, n, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(n)
	for k, id := range existing.PrivateSubnets {
		path := fmt.Sprintf("cluster.create.network.existing.privateSubnets[%d]", k)
		subnet := lookupSubnet(ctx, existing.VPC, id, parent)
		n.Private = append(n.Private, pulumi.All(subnet.Id(), subnet.MapPublicIpOnLaunch()).ApplyT(func(v []any) (string, error) {
			if mapsPublicIP, _ := v[1].(bool); mapsPublicIP {
				return "", fmt.Errorf("modelferry:%s: %s gives its machines public addresses: name a subnet that does not", path, id)
			}
			return v[0].(string), nil
		}).(pulumi.StringOutput))
	}
	for _, id := range existing.PublicSubnets {
		n.Public = append(n.Public, lookupSubnet(ctx, existing.VPC, id, parent).Id())
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"vpc": pulumi.String(existing.VPC), "private": n.Private, "public": n.Public})
}

// lookupSubnet asks for the subnet of both IDs, so that AWS finds none in another VPC.
func lookupSubnet(ctx *pulumi.Context, vpc, id string, opts ...pulumi.InvokeOption) ec2.LookupSubnetResultOutput {
	return ec2.LookupSubnetOutput(ctx, ec2.LookupSubnetOutputArgs{Id: pulumi.String(id), VpcId: pulumi.String(vpc)}, opts...)
}
