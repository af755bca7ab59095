package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// newLogGroup creates the log group of the control plane. If it does not exist, EKS creates one that never expires.
// https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html
//
// It is retained with the buckets: EKS still writes logs after the deletion of the cluster, and would create the group
// again, without a retention time.
// https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2763
func newLogGroup(ctx *pulumi.Context, args *ClusterArgs, opts ...pulumi.ResourceOption) (*cloudwatch.LogGroup, error) {
	return cloudwatch.NewLogGroup(ctx, args.Spec.Name, &cloudwatch.LogGroupArgs{
		Name:            pulumi.Sprintf("/aws/eks/%s/cluster", args.Spec.Name),
		RetentionInDays: pulumi.Int(*args.Spec.LogDays),
	}, append(opts, pulumi.RetainOnDelete(args.RetainLogs))...)
}
