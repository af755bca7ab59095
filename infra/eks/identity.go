package eks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// Identity is a service's role, which can read its prefixes and nothing else.
type Identity struct {
	pulumi.ResourceState

	// Identity in cloud-neutral terms.
	Identity infra.Identity
}

// IdentityArgs says whose identity it is and what it may read.
type IdentityArgs struct {
	// Way in which a pod gets the role.
	Way config.PodIdentityMode
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
	var arns pulumi.StringArray
	for _, grant := range args.Identity.Grants {
		arns = append(arns, args.Buckets[grant.Bucket].Arn)
	}
	role, err := newPodRole(ctx, name, podRoleArgs{
		Way: args.Way, Cluster: args.Cluster, Namespace: args.Identity.Namespace, ServiceAccount: args.Identity.ServiceAccount,
		Description: fmt.Sprintf("Reads artifacts for %s/%s", args.Identity.Namespace, args.Identity.ServiceAccount),
		Policy: pulumi.All(arns, args.Key).ApplyT(func(v []any) (string, error) {
			var prefixes []Prefix
			for k, arn := range v[0].([]string) {
				prefixes = append(prefixes, Prefix{BucketArn: arn, Prefix: args.Identity.Grants[k].Prefix})
			}
			return ReadOnly(prefixes, v[1].(string), args.Region)
		}).(pulumi.StringOutput),
	}, pulumi.Parent(i))
	if err != nil {
		return nil, err
	}
	i.Identity = infra.Identity{Name: role.Arn, Annotations: role.Annotations, Grants: role.Grants}
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{"roleArn": role.Arn})
}
