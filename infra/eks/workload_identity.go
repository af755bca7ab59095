package eks

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// WorkloadIdentity is the IAM role of a service's pods.
type WorkloadIdentity struct {
	pulumi.ResourceState
	infra.WorkloadIdentity
}

// WorkloadIdentityArgs are the arguments of NewWorkloadIdentity.
type WorkloadIdentityArgs struct {
	infra.WorkloadIdentityArgs

	// IdentityMode binds the role to the service account.
	IdentityMode config.PodIdentityMode
	// Cluster of the pods.
	Cluster *Cluster
	// BucketArns are the ARNs of the buckets, by their names in the service catalogue.
	BucketArns map[string]pulumi.StringOutput
	// KMSKeyArn is the ARN of the key that encrypts the buckets.
	KMSKeyArn pulumi.StringInput
	// IAM has the settings of the role.
	IAM config.IAM
	// Region of the buckets.
	Region string
}

// NewWorkloadIdentity creates a role that trusts the service account and can read its prefixes.
func NewWorkloadIdentity(
	ctx *pulumi.Context, name string, args *WorkloadIdentityArgs, opts ...pulumi.ResourceOption,
) (*WorkloadIdentity, error) {
	i := &WorkloadIdentity{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Identity", name, pulumi.Map{
		"namespace": pulumi.String(args.Namespace), "serviceAccount": pulumi.String(args.ServiceAccount),
	}, i, opts...); err != nil {
		return nil, err
	}
	var bucketArns pulumi.StringArray
	for _, prefix := range args.ReadPrefixes {
		bucketArns = append(bucketArns, args.BucketArns[prefix.Bucket])
	}
	role, err := newPodRole(ctx, name, podRoleArgs{
		IdentityMode: args.IdentityMode, Cluster: args.Cluster, IAM: args.IAM,
		Namespace: args.Namespace, ServiceAccount: args.ServiceAccount,
		Description: fmt.Sprintf("Reads artifacts for %s/%s", args.Namespace, args.ServiceAccount),
		Policy: pulumi.All(bucketArns, args.KMSKeyArn).ApplyT(func(v []any) (string, error) {
			var prefixes []Prefix
			for k, arn := range v[0].([]string) {
				prefixes = append(prefixes, Prefix{BucketArn: arn, Prefix: args.ReadPrefixes[k].Prefix})
			}
			return ReadOnlyPolicy(prefixes, v[1].(string), args.Region)
		}).(pulumi.StringOutput),
	}, pulumi.Parent(i))
	if err != nil {
		return nil, err
	}
	i.WorkloadIdentity = infra.WorkloadIdentity{Principal: role.Arn, Annotations: role.Annotations, DependsOn: role.DependsOn}
	return i, ctx.RegisterResourceOutputs(i, pulumi.Map{"roleArn": role.Arn})
}
