package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// adminPolicy is EKS's own policy for those who may do everything in a cluster.
const adminPolicy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

// letIn makes an access entry for each administrator. Nobody else is known to
// the cluster but who made it: there is no aws-auth map under mode API.
func letIn(ctx *pulumi.Context, name string, admins []string, cluster *eks.Cluster, opts ...pulumi.ResourceOption) error {
	for _, admin := range admins {
		at := fmt.Sprintf("%s-%s", name, admin)
		entry, err := eks.NewAccessEntry(ctx, at, &eks.AccessEntryArgs{ClusterName: cluster.Name, PrincipalArn: pulumi.String(admin)}, opts...)
		if err != nil {
			return err
		}
		if _, err := eks.NewAccessPolicyAssociation(ctx, at, &eks.AccessPolicyAssociationArgs{
			ClusterName: cluster.Name, PrincipalArn: entry.PrincipalArn, PolicyArn: pulumi.String(adminPolicy),
			AccessScope: &eks.AccessPolicyAssociationAccessScopeArgs{Type: pulumi.String("cluster")},
		}, opts...); err != nil {
			return err
		}
	}
	return nil
}
