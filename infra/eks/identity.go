package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// Identity is a role that one Kubernetes service account, and nothing else,
// can assume (IAM roles for service accounts).
type Identity struct {
	pulumi.ResourceState

	// RoleArn names the role.
	RoleArn pulumi.StringOutput
	// Grants is the role's policy.
	Grants []pulumi.Resource
}

// IdentityArgs says whose identity it is and what it may read.
type IdentityArgs struct {
	// Cluster that signs the service account's token.
	Cluster *Cluster
	// Buckets by the catalogue's names.
	Buckets map[string]*Bucket
	// Key that the buckets are encrypted with, and the region that they lie in.
	Key    pulumi.StringInput
	Region string
	// Identity in cloud-neutral terms.
	Identity infra.IdentityArgs
}

// NewIdentity makes a role that trusts the service account and can read its prefixes.
func NewIdentity(ctx *pulumi.Context, name string, args *IdentityArgs, opts ...pulumi.ResourceOption) (*Identity, error) {
	i := &Identity{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Identity", name, pulumi.Map{
		"namespace": pulumi.String(args.Identity.Namespace), "serviceAccount": pulumi.String(args.Identity.ServiceAccount),
	}, i, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(i)
	trust := pulumi.All(args.Cluster.Provider, args.Cluster.Issuer).ApplyT(func(v []any) (string, error) {
		return PodTrust(v[0].(string), v[1].(string), args.Identity.Namespace, args.Identity.ServiceAccount)
	}).(pulumi.StringOutput)
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		AssumeRolePolicy: trust,
		Description:      pulumi.String(fmt.Sprintf("Reads artifacts for %s/%s", args.Identity.Namespace, args.Identity.ServiceAccount)),
	}, child)
	if err != nil {
		return nil, err
	}
	var arns pulumi.StringArray
	for _, grant := range args.Identity.Grants {
		arns = append(arns, args.Buckets[grant.Bucket].Arn)
	}
	policy, err := iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{
		Role: role.Name,
		Policy: pulumi.All(arns, args.Key).ApplyT(func(v []any) (string, error) {
			var prefixes []Prefix
			for k, arn := range v[0].([]string) {
				prefixes = append(prefixes, Prefix{BucketArn: arn, Prefix: args.Identity.Grants[k].Prefix})
			}
			return ReadOnly(prefixes, v[1].(string), args.Region)
		}).(pulumi.StringOutput),
	}, child)
	if err != nil {
		return nil, err
	}
	i.RoleArn, i.Grants = role.Arn, []pulumi.Resource{policy}
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{"roleArn": i.RoleArn})
}
