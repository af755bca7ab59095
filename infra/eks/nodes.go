package eks

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// nodePolicies allow a node to join the cluster, to assign addresses to pods and to pull images. Access to buckets is
// granted to the services' roles.
var nodePolicies = []string{"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"}

// newNodeGroups creates the node groups of infra.NodePools and the EKS add-ons. It returns the node groups and the
// add-ons that run on them.
func newNodeGroups(
	ctx *pulumi.Context, name string, args *ClusterArgs, cluster *eks.Cluster, opts ...pulumi.ResourceOption,
) ([]pulumi.Resource, error) {
	role, dependsOn, err := newServiceRole(ctx, name+"-nodes", &serviceRoleArgs{
		Service: "ec2.amazonaws.com", Policies: nodePolicies, Partition: RegionPartition(args.Region), IAM: args.IAM,
	}, opts...)
	if err != nil {
		return nil, err
	}
	// Before the nodes: without the CNI plugin a node stays NotReady, and the creation of its group times out.
	for _, addon := range []string{config.AddonVPCCNI, config.AddonKubeProxy, config.AddonPodIdentity} {
		installed, err := newAddon(ctx, name, addon, args.Spec.Addons[addon], cluster, opts...)
		if err != nil {
			return nil, err
		}
		dependsOn = append(dependsOn, installed)
	}
	var ready []pulumi.Resource
	for _, pool := range infra.NodePools(name, args.Spec, args.GPU) {
		group, err := newNodeGroup(ctx, pool, args, cluster, role, append(slices.Clone(opts), pulumi.DependsOn(dependsOn))...)
		if err != nil {
			return nil, err
		}
		ready = append(ready, group)
		if err := tagNodeTemplate(ctx, pool, group, opts...); err != nil {
			return nil, err
		}
	}
	// After the system nodes, which they run on. The HPA needs metrics-server.
	addonOpts := append(slices.Clone(opts), pulumi.DependsOn(ready[:1]))
	for _, addon := range []string{config.AddonCoreDNS, config.AddonMetricsServer} {
		installed, err := newAddon(ctx, name, addon, args.Spec.Addons[addon], cluster, addonOpts...)
		if err != nil {
			return nil, err
		}
		ready = append(ready, installed)
	}
	return ready, nil
}

func newNodeGroup(
	ctx *pulumi.Context, pool infra.NodePool, args *ClusterArgs, cluster *eks.Cluster, role *iam.Role,
	opts ...pulumi.ResourceOption,
) (*eks.NodeGroup, error) {
	template, err := newLaunchTemplate(ctx, pool, args.Tags, opts...)
	if err != nil {
		return nil, err
	}
	var taints eks.NodeGroupTaintArray
	if pool.Taint != nil {
		taints = eks.NodeGroupTaintArray{&eks.NodeGroupTaintArgs{
			Key: pulumi.String(pool.Taint.Key), Value: pulumi.String(pool.Taint.Value), Effect: pulumi.String("NO_SCHEDULE"),
		}}
	}
	return eks.NewNodeGroup(ctx, pool.Name, &eks.NodeGroupArgs{
		// Autonamed: a group that has to be replaced is deleted after its successor exists.
		ClusterName: cluster.Name, NodeRoleArn: role.Arn, AmiType: pulumi.String(AMIType(pool)), SubnetIds: args.Network.Private,
		Version: cluster.Version, // an upgrade of the cluster replaces the nodes
		// The template has the instance type. A change of it replaces node by node, not the group.
		LaunchTemplate: &eks.NodeGroupLaunchTemplateArgs{
			Id: template.ID(), Version: pulumi.Sprintf("%d", template.LatestVersion),
		},
		Labels: pulumi.ToStringMap(nodeLabels(pool)), Taints: taints,
		ScalingConfig: &eks.NodeGroupScalingConfigArgs{
			MinSize: pulumi.Int(pool.Min), MaxSize: pulumi.Int(pool.Max), DesiredSize: pulumi.Int(pool.Min),
		},
		NodeRepairConfig: &eks.NodeGroupNodeRepairConfigArgs{Enabled: pulumi.Bool(true)},
		UpdateConfig:     &eks.NodeGroupUpdateConfigArgs{MaxUnavailable: pulumi.Int(1)},
		// The autoscaler changes the desired size, and an update must not reset it. A change of Min or Max sends the
		// size in the state: docs/operations.md, "Nodes and autoscaling".
	}, append(opts, pulumi.IgnoreChanges([]string{"scalingConfig.desiredSize"}))...)
}

// acceleratorLabel marks a node with GPUs for the Cluster Autoscaler. Until the driver of such a node reports a GPU,
// the autoscaler counts the node as starting. Without the label it counts it as ready, and starts a second one for the
// pod that is still pending. Any value will do.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md#special-note-on-gpu-instances
const acceleratorLabel = "k8s.amazonaws.com/accelerator"

// nodeLabels returns the labels of the pool's nodes.
func nodeLabels(pool infra.NodePool) map[string]string {
	labels := maps.Clone(pool.Labels)
	if pool.GPU {
		family, _, _ := strings.Cut(pool.MachineType, ".")
		labels[acceleratorLabel] = "nvidia-" + family
	}
	return labels
}

// tagNodeTemplate tags the Auto Scaling group of a node group that may be empty with the ephemeral storage of its
// nodes. The Cluster Autoscaler takes it from an existing node; without any, pods that request ephemeral storage would
// stay pending. EKS does not copy the tags of a node group to its Auto Scaling group. The kubelet reserves a part of
// the disk.
// https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
func tagNodeTemplate(ctx *pulumi.Context, pool infra.NodePool, group *eks.NodeGroup, opts ...pulumi.ResourceOption) error {
	if pool.Min > 0 {
		return nil
	}
	scalingGroup := group.Resources.Index(pulumi.Int(0)).AutoscalingGroups().Index(pulumi.Int(0)).Name().Elem()
	_, err := autoscaling.NewTag(ctx, pool.Name, &autoscaling.TagArgs{
		AutoscalingGroupName: scalingGroup,
		Tag: &autoscaling.TagTagArgs{
			Key:               pulumi.String("k8s.io/cluster-autoscaler/node-template/resources/ephemeral-storage"),
			Value:             pulumi.Sprintf("%dGi", pool.DiskGiB*4/5),
			PropagateAtLaunch: pulumi.Bool(false),
		},
	}, opts...)
	return err
}

// serviceRoleArgs are the arguments of newServiceRole.
type serviceRoleArgs struct {
	// Service is the principal that assumes the role, the same in all partitions.
	// https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_iam.ServicePrincipalOpts.html
	Service string
	// Policies are the names of AWS managed policies.
	Policies []string
	// Partition of the policies.
	Partition Partition
	// IAM has the settings of all roles.
	IAM config.IAM
}

// newServiceRole creates a role that an AWS service assumes, with AWS managed policies. It returns the role and the
// policy attachments.
func newServiceRole(
	ctx *pulumi.Context, name string, args *serviceRoleArgs, opts ...pulumi.ResourceOption,
) (*iam.Role, []pulumi.Resource, error) {
	trustPolicy, err := ServiceTrustPolicy(args.Service)
	if err != nil {
		return nil, nil, err
	}
	role, err := newRole(ctx, name, args.IAM, &iam.RoleArgs{AssumeRolePolicy: pulumi.String(trustPolicy)}, opts...)
	if err != nil {
		return nil, nil, err
	}
	var attachments []pulumi.Resource
	for _, policy := range args.Policies {
		attachment, err := iam.NewRolePolicyAttachment(ctx, fmt.Sprintf("%s-%s", name, policy), &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: pulumi.String(args.Partition.managedPolicyArn(policy)),
		}, opts...)
		if err != nil {
			return nil, nil, err
		}
		attachments = append(attachments, attachment)
	}
	return role, attachments, nil
}
