package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// adminPolicy is the EKS access policy of cluster administrators.
const adminPolicy = "AmazonEKSClusterAdminPolicy"

// newAccessEntries creates an access entry for each administrator. Nobody else has access to the cluster, not even its
// creator: the authentication mode API has no aws-auth ConfigMap. It returns the policy associations.
func newAccessEntries(
	ctx *pulumi.Context, name string, args *ClusterArgs, cluster *eks.Cluster, opts ...pulumi.ResourceOption,
) ([]pulumi.Resource, error) {
	var policyAssociations []pulumi.Resource
	for _, admin := range args.Spec.Admins {
		entryName := fmt.Sprintf("%s-%s", name, admin)
		entry, err := eks.NewAccessEntry(ctx, entryName, &eks.AccessEntryArgs{
			ClusterName: cluster.Name, PrincipalArn: pulumi.String(admin),
		}, opts...)
		if err != nil {
			return nil, err
		}
		association, err := eks.NewAccessPolicyAssociation(ctx, entryName, &eks.AccessPolicyAssociationArgs{
			ClusterName: cluster.Name, PrincipalArn: entry.PrincipalArn,
			PolicyArn:   pulumi.String(RegionPartition(args.Region).accessPolicyArn(adminPolicy)),
			AccessScope: &eks.AccessPolicyAssociationAccessScopeArgs{Type: pulumi.String("cluster")},
		}, opts...)
		if err != nil {
			return nil, err
		}
		policyAssociations = append(policyAssociations, association)
	}
	return policyAssociations, nil
}

// warnIfCallerNotAdmin warns before the cluster exists if the caller would have no access to it. It is not an error:
// a preview needs no access, and in a pull request its identity often has read access only.
func warnIfCallerNotAdmin(ctx *pulumi.Context, spec config.ClusterSpec, callerArn pulumi.StringOutput) {
	callerArn.ApplyT(func(arn string) (bool, error) {
		if spec.IsAdmin(arn) {
			return true, nil
		}
		return false, ctx.Log.Warn(fmt.Sprintf("modelferry:cluster.create.admins: pulumi runs as %s, which is not in the list: "+
			"pulumi up with this identity cannot create objects in the cluster", arn), nil)
	})
}
