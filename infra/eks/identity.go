package eks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// WorkloadIdentity is a service's role, which can read its prefixes and nothing else.
type WorkloadIdentity struct {
	pulumi.ResourceState

	// Identity in cloud-neutral terms.
	Identity infra.WorkloadIdentity
}

// WorkloadIdentityArgs says whose identity it is and what it may read.
type WorkloadIdentityArgs struct {
	// IdentityMode in which a pod gets the role.
	IdentityMode config.PodIdentityMode
	// Cluster that signs the service account's token.
	Cluster *Cluster
	// Buckets by the catalogue's names.
	Buckets map[string]*Bucket
	// BucketKeyArn that the buckets are encrypted with, and the region that they lie in.
	BucketKeyArn pulumi.StringInput
	Region       string
	// Identity in cloud-neutral terms.
	Identity infra.WorkloadIdentityArgs
}

// NewWorkloadIdentity makes a role that trusts the service account and can read its prefixes.
func NewWorkloadIdentity(ctx *pulumi.Context, name string, args *WorkloadIdentityArgs, opts ...pulumi.ResourceOption) (*WorkloadIdentity, error) {
	i := &WorkloadIdentity{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Identity", name, pulumi.Map{
		"namespace": pulumi.String(args.Identity.Namespace), "serviceAccount": pulumi.String(args.Identity.ServiceAccount),
	}, i, opts...); err != nil {
		return nil, err
	}
	var arns pulumi.StringArray
	for _, grant := range args.Identity.ReadPrefixes {
		arns = append(arns, args.Buckets[grant.Bucket].Arn)
	}
	role, err := newPodRole(ctx, name, podRoleArgs{
		IdentityMode: args.IdentityMode, Cluster: args.Cluster, Namespace: args.Identity.Namespace, ServiceAccount: args.Identity.ServiceAccount,
		Description: fmt.Sprintf("Reads artifacts for %s/%s", args.Identity.Namespace, args.Identity.ServiceAccount),
		Policy: pulumi.All(arns, args.BucketKeyArn).ApplyT(func(v []any) (string, error) {
			var prefixes []Prefix
			for k, arn := range v[0].([]string) {
				prefixes = append(prefixes, Prefix{BucketArn: arn, Prefix: args.Identity.ReadPrefixes[k].Prefix})
			}
			return ReadOnlyPolicy(prefixes, v[1].(string), args.Region)
		}).(pulumi.StringOutput),
	}, pulumi.Parent(i))
	if err != nil {
		return nil, err
	}
	i.Identity = infra.WorkloadIdentity{Name: role.Arn, Annotations: role.Annotations, DependsOn: role.DependsOn}
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{"roleArn": role.Arn})
}
