package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/config"
)

// EKS access policies of the administrators and viewers of a cluster. AmazonEKSAdminViewPolicy can read Secrets, too.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
const (
	adminPolicy = "AmazonEKSClusterAdminPolicy"
	viewPolicy  = "AmazonEKSViewPolicy"
)

// newAccessEntries creates an access entry for each administrator and viewer. Nobody else has access to the cluster,
// not even its creator: the authentication mode API has no aws-auth ConfigMap. It returns the policy associations.
func newAccessEntries(
	ctx *pulumi.Context, name string, args *ClusterArgs, cluster *eks.Cluster, opts ...pulumi.ResourceOption,
) ([]pulumi.Resource, error) {
	var policyAssociations []pulumi.Resource
	for _, access := range []struct {
		policy     string
		principals []string
	}{{adminPolicy, args.Spec.Admins}, {viewPolicy, args.Spec.Viewers}} {
		for _, principal := range access.principals {
			// The same name in both lists: a change from one to the other keeps the access entry.
			entryName := fmt.Sprintf("%s-%s", name, principal)
			entry, err := eks.NewAccessEntry(ctx, entryName, &eks.AccessEntryArgs{
				ClusterName: cluster.Name, PrincipalArn: pulumi.String(principal),
			}, opts...)
			if err != nil {
				return nil, err
			}
			association, err := eks.NewAccessPolicyAssociation(ctx, entryName, &eks.AccessPolicyAssociationArgs{
				ClusterName: cluster.Name, PrincipalArn: entry.PrincipalArn,
				PolicyArn:   pulumi.String(RegionPartition(args.Region).accessPolicyArn(access.policy)),
				AccessScope: &eks.AccessPolicyAssociationAccessScopeArgs{Type: pulumi.String("cluster")},
			}, opts...)
			if err != nil {
				return nil, err
			}
			policyAssociations = append(policyAssociations, association)
		}
	}
	return policyAssociations, nil
}

// checkCaller fails before anything is created if no administrator is in the caller's account: the credentials are
// those of another account. If the caller is not an administrator, it warns. That is not an error: a preview needs no
// access, and in a pull request its identity often has read access only.
//
// Other administrators may be in other accounts.
// https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
func checkCaller(ctx *pulumi.Context, spec config.ClusterSpec, caller *aws.GetCallerIdentityResult) error {
	path := config.Path("cluster", "create", "admins")
	if !spec.HasAdminIn(caller.AccountId) {
		return config.NewValidationError(field.ErrorList{field.Invalid(path, spec.Admins, fmt.Sprintf(
			"must have a role or user of the account that pulumi runs in, %s, as %s: set aws:profile if it is the wrong account",
			caller.AccountId, caller.Arn))})
	}
	if spec.IsAdmin(caller.Arn) {
		return nil
	}
	return ctx.Log.Warn(fmt.Sprintf("%s: pulumi runs as %s, which is not in the list: "+
		"pulumi up with this identity cannot create objects in the cluster", path, caller.Arn), nil)
}
