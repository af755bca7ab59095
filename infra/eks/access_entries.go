package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// adminPolicy is EKS's own policy for those who may do everything in a cluster.
const adminPolicy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"

// newAccessEntries makes an access entry for each administrator. Nobody else is known to
// the cluster, not even who made it: there is no aws-auth map under mode API.
// It returns what has to be there before one of them is let in.
func newAccessEntries(ctx *pulumi.Context, name string, admins []string, cluster *eks.Cluster, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	var policyAssociations []pulumi.Resource
	for _, admin := range admins {
		entryName := fmt.Sprintf("%s-%s", name, admin)
		entry, err := eks.NewAccessEntry(ctx, entryName, &eks.AccessEntryArgs{ClusterName: cluster.Name, PrincipalArn: pulumi.String(admin)}, opts...)
		if err != nil {
			return nil, err
		}
		association, err := eks.NewAccessPolicyAssociation(ctx, entryName, &eks.AccessPolicyAssociationArgs{
			ClusterName: cluster.Name, PrincipalArn: entry.PrincipalArn, PolicyArn: pulumi.String(adminPolicy),
			AccessScope: &eks.AccessPolicyAssociationAccessScopeArgs{Type: pulumi.String("cluster")},
		}, opts...)
		if err != nil {
			return nil, err
		}
		policyAssociations = append(policyAssociations, association)
	}
	return policyAssociations, nil
}

// warnIfCallerNotAdmin tells whoever runs pulumi, before there is a cluster, that they
// would not be let in. No error: a plan needs no cluster, and in a pull request
// it is often made by an identity that may only read.
func warnIfCallerNotAdmin(ctx *pulumi.Context, cluster config.ClusterSpec, caller pulumi.StringOutput) {
	caller.ApplyT(func(arn string) (bool, error) {
		if cluster.IsAdmin(arn) {
			return true, nil
		}
		return false, ctx.Log.Warn(fmt.Sprintf("modelferry:cluster.create.admins: pulumi runs as %s, which is not among them: "+
			"pulumi up by it cannot make what runs on the cluster", arn), nil)
	})
}
