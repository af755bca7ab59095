package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// Identity is a role that one Kubernetes service account, and nothing else,
// can assume: by IRSA (IAM roles for service accounts), or by Pod Identity.
type Identity struct {
	pulumi.ResourceState

	// RoleArn names the role.
	RoleArn pulumi.StringOutput
	// Grants is the role's policy, and under Pod Identity what ties it to the account.
	Grants []pulumi.Resource
}

// IdentityArgs says whose identity it is and what it may read.
type IdentityArgs struct {
	// Way in which a pod gets the role.
	Way config.Identity
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
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		AssumeRolePolicy: args.trust(),
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
	if args.Way == config.PodIdentity {
		association, err := eks.NewPodIdentityAssociation(ctx, name, &eks.PodIdentityAssociationArgs{
			ClusterName: args.Cluster.Name, RoleArn: role.Arn,
			Namespace: pulumi.String(args.Identity.Namespace), ServiceAccount: pulumi.String(args.Identity.ServiceAccount),
		}, child)
		if err != nil {
			return nil, err
		}
		i.Grants = append(i.Grants, association)
	}
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{"roleArn": i.RoleArn})
}

// trust is the role's trust policy.
func (a *IdentityArgs) trust() pulumi.StringOutput {
	if a.Way == config.PodIdentity {
		return a.Cluster.Arn.ApplyT(func(arn string) (string, error) {
			return AgentTrust(arn, a.Identity.Namespace, a.Identity.ServiceAccount)
		}).(pulumi.StringOutput)
	}
	return pulumi.All(a.Cluster.Provider, a.Cluster.Issuer).ApplyT(func(v []any) (string, error) {
		return PodTrust(v[0].(string), v[1].(string), a.Identity.Namespace, a.Identity.ServiceAccount)
	}).(pulumi.StringOutput)
}
