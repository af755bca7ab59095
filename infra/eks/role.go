package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// podRoleArgs says whose role it is, and what it may do.
type podRoleArgs struct {
	// IdentityMode in which a pod gets the role, and the cluster that signs its token.
	IdentityMode config.PodIdentityMode
	Cluster      *Cluster
	// Namespace and ServiceAccount of the pods.
	Namespace, ServiceAccount string
	// Description says in the console what the role is for; Policy is what it may do.
	Description string
	Policy      pulumi.StringInput
}

// podRole is a role that the pods of one Kubernetes service account, and
// nothing else, can assume: by IRSA (IAM roles for service accounts), or by
// Pod Identity.
type podRole struct {
	Arn pulumi.StringOutput
	// Annotations tie the service account to the role, where they are what does.
	Annotations pulumi.StringMap
	// DependsOn have to exist before a pod can do what the role may.
	DependsOn []pulumi.Resource
}

// newPodRole makes the role, its policy, and under Pod Identity what ties it
// to the service account.
func newPodRole(ctx *pulumi.Context, name string, args podRoleArgs, opts ...pulumi.ResourceOption) (podRole, error) {
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		AssumeRolePolicy: args.assumeRolePolicy(), Description: pulumi.String(args.Description),
	}, opts...)
	if err != nil {
		return podRole{}, err
	}
	policy, err := iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{Role: role.Name, Policy: args.Policy}, opts...)
	if err != nil {
		return podRole{}, err
	}
	result := podRole{Arn: role.Arn, Annotations: pulumi.StringMap{}, DependsOn: []pulumi.Resource{policy}}
	if args.IdentityMode == config.IRSA {
		result.Annotations["eks.amazonaws.com/role-arn"] = role.Arn
		return result, nil
	}
	association, err := eks.NewPodIdentityAssociation(ctx, name, &eks.PodIdentityAssociationArgs{
		ClusterName: args.Cluster.Name, RoleArn: role.Arn,
		Namespace: pulumi.String(args.Namespace), ServiceAccount: pulumi.String(args.ServiceAccount),
	}, opts...)
	result.DependsOn = append(result.DependsOn, association)
	return result, err
}

// assumeRolePolicy is the role's trust policy.
func (a podRoleArgs) assumeRolePolicy() pulumi.StringOutput {
	if a.IdentityMode == config.PodIdentity {
		return a.Cluster.Arn.ApplyT(func(arn string) (string, error) {
			return PodIdentityTrustPolicy(arn, a.Namespace, a.ServiceAccount)
		}).(pulumi.StringOutput)
	}
	return pulumi.All(a.Cluster.OIDCProviderArn, a.Cluster.OIDCIssuer).ApplyT(func(v []any) (string, error) {
		return IRSATrustPolicy(v[0].(string), v[1].(string), a.Namespace, a.ServiceAccount)
	}).(pulumi.StringOutput)
}
