package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// podRoleArgs are the arguments of newPodRole.
type podRoleArgs struct {
	// IdentityMode binds the role to the service account.
	IdentityMode config.PodIdentityMode
	// Cluster of the pods.
	Cluster *Cluster
	// Namespace and ServiceAccount of the pods.
	Namespace, ServiceAccount string
	// Description of the role.
	Description string
	// Policy is the IAM policy document of its permissions.
	Policy pulumi.StringInput
	// IAM has the settings of all roles.
	IAM config.IAM
}

// podRole is an IAM role that only the pods of one Kubernetes service account can assume: by IRSA (IAM roles for
// service accounts) or by Pod Identity.
type podRole struct {
	Arn pulumi.StringOutput
	// Annotations of the service account. Pod Identity needs none.
	Annotations pulumi.StringMap
	// DependsOn are the resources that have to exist before a pod can use the role.
	DependsOn []pulumi.Resource
}

// maxAutonamedRole is the maximum length of a resource name from which pulumi-aws generates the name of a role: a
// role's name has at most 64 characters, and the provider appends a hyphen and 7 digits.
const maxAutonamedRole = 64 - 8

// maxRoleNamePrefix is the maximum length of the name prefix of a role in pulumi-aws, which appends 26 digits.
const maxRoleNamePrefix = 64 - 26

// roleNamePrefix returns the name prefix of a role whose name would be too long, otherwise nil: Pulumi generates its
// name. A Deployment, and so its role, may have a name of 63 characters.
func roleNamePrefix(name string) pulumi.StringPtrInput {
	if len(name) <= maxAutonamedRole {
		return nil
	}
	return pulumi.String(name[:maxRoleNamePrefix-1] + "-")
}

// newRole creates a role with the path and the permissions boundary of all roles.
func newRole(
	ctx *pulumi.Context, name string, settings config.IAM, args *iam.RoleArgs, opts ...pulumi.ResourceOption,
) (*iam.Role, error) {
	if settings.Path != "" {
		args.Path = pulumi.String(settings.Path)
	}
	if settings.PermissionsBoundary != "" {
		args.PermissionsBoundary = pulumi.String(settings.PermissionsBoundary)
	}
	return iam.NewRole(ctx, name, args, opts...)
}

// newPodRole creates the role and its policy, and the association of Pod Identity.
func newPodRole(ctx *pulumi.Context, name string, args podRoleArgs, opts ...pulumi.ResourceOption) (podRole, error) {
	role, err := newRole(ctx, name, args.IAM, &iam.RoleArgs{
		AssumeRolePolicy: args.assumeRolePolicy(), Description: pulumi.String(args.Description), NamePrefix: roleNamePrefix(name),
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

// assumeRolePolicy returns the role's trust policy.
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
