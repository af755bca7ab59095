package eks

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// ClusterAutoscalerRole is what the Kubernetes Cluster Autoscaler needs on AWS: a role by
// which it moves the sizes of the cluster's node groups. GKE has one of its own.
type ClusterAutoscalerRole struct {
	pulumi.ResourceState

	// ClusterAutoscaler in cloud-neutral terms.
	ClusterAutoscaler infra.ClusterAutoscaler
}

// ClusterAutoscalerRoleArgs says whose nodes it moves, and as whom.
type ClusterAutoscalerRoleArgs struct {
	// Image of the autoscaler.
	Image string
	// IdentityMode in which its pod gets the role.
	IdentityMode config.PodIdentityMode
	// Cluster whose nodes it moves, and the region that it is in.
	Cluster *Cluster
	Region  string
}

// NewClusterAutoscalerRole makes the role. EKS tags the groups by itself, so that the
// autoscaler finds them, and it alone may move those of its own cluster.
// https://docs.aws.amazon.com/eks/latest/best-practices/cas.html
func NewClusterAutoscalerRole(ctx *pulumi.Context, name string, args *ClusterAutoscalerRoleArgs, opts ...pulumi.ResourceOption) (*ClusterAutoscalerRole, error) {
	a := &ClusterAutoscalerRole{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Autoscaler", name, pulumi.Map{
		"image": pulumi.String(args.Image),
	}, a, opts...); err != nil {
		return nil, err
	}
	role, err := newPodRole(ctx, name+"-"+infra.ClusterAutoscalerServiceAccount, podRoleArgs{
		IdentityMode: args.IdentityMode, Cluster: args.Cluster, Namespace: infra.ClusterAutoscalerNamespace, ServiceAccount: infra.ClusterAutoscalerServiceAccount,
		Description: "Moves the sizes of the node groups",
		Policy:      args.Cluster.Arn.ApplyT(ClusterAutoscalerPolicy).(pulumi.StringOutput),
	}, pulumi.Parent(a))
	if err != nil {
		return nil, err
	}
	a.ClusterAutoscaler = infra.ClusterAutoscaler{
		Image: args.Image,
		Flags: pulumi.StringArray{
			pulumi.String("--cloud-provider=aws"),
			pulumi.Sprintf("--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,%s%s", clusterOwnedTagPrefix, args.Cluster.Name),
		},
		Env:             sdkEnv(args.Region),
		Annotations:     role.Annotations,
		EgressEndpoints: podIdentityEndpoints(args.IdentityMode),
		DependsOn:       role.DependsOn,
	}
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{"roleArn": role.Arn})
}

// clusterOwnedTagPrefix and a cluster's name are the tag that EKS gives to the groups of
// machines behind the cluster's node groups, with the value "owned".
const clusterOwnedTagPrefix = "k8s.io/cluster-autoscaler/"

// ClusterAutoscalerPolicy returns the policy that lets the autoscaler look at what machines
// there are, and move the sizes of one cluster's groups. The calls that
// describe know no resources; those that change something are bound to the
// groups that EKS makes, and by their tag to this cluster's.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
func ClusterAutoscalerPolicy(clusterArn string) (string, error) {
	parts := strings.SplitN(clusterArn, ":", 6) // arn:PARTITION:eks:REGION:ACCOUNT:cluster/NAME
	name, isCluster := "", len(parts) == 6
	if isCluster {
		name, isCluster = strings.CutPrefix(parts[5], "cluster/")
	}
	if !isCluster {
		return "", fmt.Errorf("%q is no ARN of an EKS cluster", clusterArn)
	}
	partition, region, account := parts[1], parts[3], parts[4]
	return policyDocument(
		policyStatement{
			Sid: "DescribeScaling", Effect: "Allow",
			Action: []string{
				"autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeAutoScalingInstances", "autoscaling:DescribeLaunchConfigurations",
				"autoscaling:DescribeScalingActivities", "autoscaling:DescribeTags", "ec2:DescribeImages", "ec2:DescribeInstanceTypes",
				"ec2:DescribeLaunchTemplateVersions", "ec2:GetInstanceTypesFromInstanceRequirements",
			},
			Resource: []string{"*"},
		},
		policyStatement{
			// The labels and taints of a group that is empty.
			Sid: "DescribeNodegroups", Effect: "Allow", Action: []string{"eks:DescribeNodegroup"},
			Resource: []string{fmt.Sprintf("arn:%s:eks:%s:%s:nodegroup/%s/*/*", partition, region, account, name)},
		},
		policyStatement{
			Sid: "ScaleNodegroups", Effect: "Allow", Action: []string{"autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"},
			Resource:  []string{fmt.Sprintf("arn:%s:autoscaling:%s:%s:autoScalingGroup:*:autoScalingGroupName/eks-*", partition, region, account)},
			Condition: map[string]any{"StringEquals": map[string]string{"aws:ResourceTag/" + clusterOwnedTagPrefix + name: "owned"}},
		},
	)
}
