package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// podRoleArgs says whose role it is, and what it may do.
type podRoleArgs struct {
	// Way in which a pod gets the role, and the cluster that signs its token.
	Way     config.PodIdentityMode
	Cluster *Cluster
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
	// Grants have to exist before a pod can do what the role may.
	Grants []pulumi.Resource
}

// newPodRole makes the role, its policy, and under Pod Identity what ties it
// to the service account.
func newPodRole(ctx *pulumi.Context, name string, args podRoleArgs, opts ...pulumi.ResourceOption) (podRole, error) {
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{
		AssumeRolePolicy: args.trust(), Description: pulumi.String(args.Description),
	}, opts...)
	if err != nil {
		return podRole{}, err
	}
	policy, err := iam.NewRolePolicy(ctx, name, &iam.RolePolicyArgs{Role: role.Name, Policy: args.Policy}, opts...)
	if err != nil {
		return podRole{}, err
	}
	made := podRole{Arn: role.Arn, Annotations: pulumi.StringMap{}, Grants: []pulumi.Resource{policy}}
	if args.Way == config.IRSA {
		made.Annotations["eks.amazonaws.com/role-arn"] = role.Arn
		return made, nil
	}
	association, err := eks.NewPodIdentityAssociation(ctx, name, &eks.PodIdentityAssociationArgs{
		ClusterName: args.Cluster.Name, RoleArn: role.Arn,
		Namespace: pulumi.String(args.Namespace), ServiceAccount: pulumi.String(args.ServiceAccount),
	}, opts...)
	made.Grants = append(made.Grants, association)
	return made, err
}

// trust is the role's trust policy.
func (a podRoleArgs) trust() pulumi.StringOutput {
	if a.Way == config.PodIdentity {
		return a.Cluster.Arn.ApplyT(func(arn string) (string, error) {
			return AgentTrust(arn, a.Namespace, a.ServiceAccount)
		}).(pulumi.StringOutput)
	}
	return pulumi.All(a.Cluster.Provider, a.Cluster.Issuer).ApplyT(func(v []any) (string, error) {
		return PodTrust(v[0].(string), v[1].(string), a.Namespace, a.ServiceAccount)
	}).(pulumi.StringOutput)
}
