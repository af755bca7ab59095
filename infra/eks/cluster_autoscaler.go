package eks

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// ClusterAutoscalerRole is the IAM role of the Kubernetes Cluster Autoscaler, which scales the cluster's node groups.
// GKE has an autoscaler of its own.
type ClusterAutoscalerRole struct {
	pulumi.ResourceState

	// ClusterAutoscaler has the settings for the Deployment.
	ClusterAutoscaler infra.ClusterAutoscaler
}

// ClusterAutoscalerRoleArgs are the arguments of NewClusterAutoscalerRole.
type ClusterAutoscalerRoleArgs struct {
	// Image of the Cluster Autoscaler.
	Image string
	// IdentityMode binds the role to the service account.
	IdentityMode config.PodIdentityMode
	// Cluster with the node groups.
	Cluster *Cluster
	// IAM has the settings of the role.
	IAM config.IAM
	// Region of the cluster.
	Region string
}

// NewClusterAutoscalerRole creates the role. The autoscaler finds the node groups by the tags that EKS sets.
// https://docs.aws.amazon.com/eks/latest/best-practices/cas.html
func NewClusterAutoscalerRole(
	ctx *pulumi.Context, name string, args *ClusterAutoscalerRoleArgs, opts ...pulumi.ResourceOption,
) (*ClusterAutoscalerRole, error) {
	a := &ClusterAutoscalerRole{}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Autoscaler", name, pulumi.Map{
		"image": pulumi.String(args.Image),
	}, a, opts...); err != nil {
		return nil, err
	}
	role, err := newPodRole(ctx, name+"-"+infra.ClusterAutoscalerServiceAccount, podRoleArgs{
		IdentityMode: args.IdentityMode, Cluster: args.Cluster, IAM: args.IAM,
		Namespace: infra.ClusterAutoscalerNamespace, ServiceAccount: infra.ClusterAutoscalerServiceAccount,
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
			pulumi.Sprintf("--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,%s%s",
				clusterOwnedTagPrefix, args.Cluster.Name),
		},
		Env:             sdkEnv(args.Region),
		Annotations:     role.Annotations,
		EgressEndpoints: podIdentityEndpoints(args.IdentityMode),
		DependsOn:       role.DependsOn,
	}
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{"roleArn": role.Arn})
}

// clusterOwnedTagPrefix and the cluster's name are the key of the tag that EKS sets on the Auto Scaling groups of the
// cluster's node groups. Its value is "owned".
const clusterOwnedTagPrefix = "k8s.io/cluster-autoscaler/"

// ClusterAutoscalerPolicy returns the IAM policy of the Cluster Autoscaler for one cluster. Most Describe actions
// support no resource-level permissions. The others are limited to the Auto Scaling groups that EKS creates, and by
// their tag to this cluster.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
func ClusterAutoscalerPolicy(clusterArn string) (string, error) {
	parts := strings.SplitN(clusterArn, ":", 6) // arn:PARTITION:eks:REGION:ACCOUNT:cluster/NAME
	name, isCluster := "", len(parts) == 6
	if isCluster {
		name, isCluster = strings.CutPrefix(parts[5], "cluster/")
	}
	if !isCluster {
		return "", fmt.Errorf("invalid EKS cluster ARN %q: must be arn:PARTITION:eks:REGION:ACCOUNT:cluster/NAME", clusterArn)
	}
	partition, region, account := parts[1], parts[3], parts[4]
	return policyDocument(
		policyStatement{
			Sid: "DescribeScaling", Effect: "Allow",
			Action: []string{
				"autoscaling:DescribeAutoScalingGroups",
				"autoscaling:DescribeAutoScalingInstances",
				"autoscaling:DescribeLaunchConfigurations",
				"autoscaling:DescribeScalingActivities",
				"autoscaling:DescribeTags",
				"ec2:DescribeImages",
				"ec2:DescribeInstanceTypes",
				"ec2:DescribeLaunchTemplateVersions",
				"ec2:GetInstanceTypesFromInstanceRequirements",
			},
			Resource: []string{"*"},
		},
		policyStatement{
			// Labels and taints of an empty node group.
			Sid: "DescribeNodegroups", Effect: "Allow", Action: []string{"eks:DescribeNodegroup"},
			Resource: []string{fmt.Sprintf("arn:%s:eks:%s:%s:nodegroup/%s/*/*", partition, region, account, name)},
		},
		policyStatement{
			Sid: "ScaleNodegroups", Effect: "Allow",
			Action: []string{"autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"},
			Resource: []string{
				fmt.Sprintf("arn:%s:autoscaling:%s:%s:autoScalingGroup:*:autoScalingGroupName/eks-*", partition, region, account),
			},
			Condition: map[string]any{"StringEquals": map[string]string{"aws:ResourceTag/" + clusterOwnedTagPrefix + name: "owned"}},
		},
	)
}
