package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// FindNetwork looks up the subnets of a VPC that exists, and makes nothing. It
// fails when one is not of the VPC, or when a private one gives out public
// addresses: nodes in it would be on the internet.
func FindNetwork(ctx *pulumi.Context, name string, existing config.ExistingNetwork, opts ...pulumi.ResourceOption) (*Network, error) {
	n := &Network{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Network", name, pulumi.Map{
		"existing": pulumi.String(existing.VPC),
	}, n, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(n)
	for k, id := range existing.PrivateSubnets {
		at := fmt.Sprintf("cluster.create.network.existing.privateSubnets[%d]", k)
		found := findSubnet(ctx, existing.VPC, id, child)
		n.Private = append(n.Private, pulumi.All(found.Id(), found.MapPublicIpOnLaunch()).ApplyT(func(v []any) (string, error) {
			if open, _ := v[1].(bool); open {
				return "", fmt.Errorf("modelferry:%s: %s gives its machines public addresses: name a subnet that does not", at, id)
			}
			return v[0].(string), nil
		}).(pulumi.StringOutput))
	}
	for _, id := range existing.PublicSubnets {
		n.Public = append(n.Public, findSubnet(ctx, existing.VPC, id, child).Id())
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"vpc": pulumi.String(existing.VPC), "private": n.Private, "public": n.Public})
}

// findSubnet asks for the subnet of both IDs, so that AWS finds none in another VPC.
func findSubnet(ctx *pulumi.Context, vpc, id string, opts ...pulumi.InvokeOption) ec2.LookupSubnetResultOutput {
	return ec2.LookupSubnetOutput(ctx, ec2.LookupSubnetOutputArgs{Id: pulumi.String(id), VpcId: pulumi.String(vpc)}, opts...)
}
