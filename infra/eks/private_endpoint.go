package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newEndpointIngressRules allows connections to the API server's private endpoint from networks, besides the nodes and
// the pods, and returns the rules. The network interfaces of the endpoint have the cluster's security group, as the
// nodes have. Its own rule admits its members only, not even other machines in the VPC.
// https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
func newEndpointIngressRules(
	ctx *pulumi.Context, name string, networks []string, securityGroup pulumi.StringInput, opts ...pulumi.ResourceOption,
) ([]pulumi.Resource, error) {
	var rules []pulumi.Resource
	for _, cidr := range networks {
		rule, err := vpc.NewSecurityGroupIngressRule(ctx, fmt.Sprintf("%s-endpoint-%s", name, cidr), &vpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: securityGroup, CidrIpv4: pulumi.String(cidr),
			IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(443), ToPort: pulumi.Int(443),
			Description: pulumi.String("private endpoint of the API server"),
		}, opts...)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	return rules, nil
}
