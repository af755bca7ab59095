package eks

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/autoscaling"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/infra"
)

// nodePolicies is all that a node needs for itself: to join, to give pods
// addresses, to pull images. What the pods may read is granted to the
// services' own roles.
var nodePolicies = []string{"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"}

// newNodeGroups makes the cluster's groups, one for the system, one that is
// the services' alone, and one with GPUs where a service asks for any; and the
// add-ons without which nodes never get ready.
func newNodeGroups(ctx *pulumi.Context, name string, args *ClusterArgs, cluster *eks.Cluster, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	role, dependsOn, err := newServiceRole(ctx, name+"-nodes", "ec2.amazonaws.com", nodePolicies, opts...)
	if err != nil {
		return nil, err
	}
	// The network plugin first: a node without it stays NotReady, and the group's creation times out.
	for _, addon := range []string{"vpc-cni", "kube-proxy", "eks-pod-identity-agent"} {
		installed, err := newAddon(ctx, name, addon, cluster, opts...)
		if err != nil {
			return nil, err
		}
		dependsOn = append(dependsOn, installed)
	}
	var ready []pulumi.Resource
	for _, pool := range infra.NodePools(name, args.Cluster, args.GPU) {
		group, err := newNodeGroup(ctx, pool, args, cluster, role, append(slices.Clone(opts), pulumi.DependsOn(dependsOn))...)
		if err != nil {
			return nil, err
		}
		ready = append(ready, group)
		if err := tagNodeTemplate(ctx, pool, group, opts...); err != nil {
			return nil, err
		}
	}
	// These run on the system's nodes, and are installed only once there are
	// some. Without metrics the pods' autoscaler knows no load.
	addonOpts := append(slices.Clone(opts), pulumi.DependsOn(ready[:1]))
	for _, addon := range []string{"coredns", "metrics-server"} {
		installed, err := newAddon(ctx, name, addon, cluster, addonOpts...)
		if err != nil {
			return nil, err
		}
		ready = append(ready, installed)
	}
	return ready, nil
}

func newNodeGroup(ctx *pulumi.Context, pool infra.NodePool, args *ClusterArgs, cluster *eks.Cluster, role *iam.Role, opts ...pulumi.ResourceOption) (*eks.NodeGroup, error) {
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
		// No name: one that is made up lets a group that has to be replaced go only once the next one is there.
		ClusterName: cluster.Name, NodeRoleArn: role.Arn, AmiType: pulumi.String(AMIType(pool)), SubnetIds: args.Network.Private,
		Version: cluster.Version, // nodes are rolled when the cluster gets another one
		// The template has the machine type, so that another one is rolled out node by node.
		LaunchTemplate: &eks.NodeGroupLaunchTemplateArgs{
			Id: template.ID(), Version: pulumi.Sprintf("%d", template.LatestVersion),
		},
		Labels: pulumi.ToStringMap(pool.Labels), Taints: taints,
		ScalingConfig: &eks.NodeGroupScalingConfigArgs{
			MinSize: pulumi.Int(pool.Min), MaxSize: pulumi.Int(pool.Max), DesiredSize: pulumi.Int(pool.Min),
		},
		NodeRepairConfig: &eks.NodeGroupNodeRepairConfigArgs{Enabled: pulumi.Bool(true)},
		UpdateConfig:     &eks.NodeGroupUpdateConfigArgs{MaxUnavailable: pulumi.Int(1)},
		// The autoscaler moves it; an update must not move it back. One of the bounds
		// takes it along as the state has it: docs/operations.md, "Nodes and autoscaling".
	}, append(opts, pulumi.IgnoreChanges([]string{"scalingConfig.desiredSize"}))...)
}

// tagNodeTemplate tells the nodes' autoscaler of a group that may be empty how much
// disk a node of it would have: from none it learns nothing, and pods that ask
// for some would wait for ever. The group of machines is tagged for that, which
// EKS makes and gives none of the node group's tags to. The kubelet keeps a
// part for itself.
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

// addonConfiguration are the add-ons' settings that are not their defaults.
var addonConfiguration = map[string]pulumi.StringPtrInput{
	// Without it a NetworkPolicy is accepted, and not enforced.
	"vpc-cni": pulumi.String(`{"enableNetworkPolicy":"true"}`),
}

func newAddon(ctx *pulumi.Context, name, addon string, cluster *eks.Cluster, opts ...pulumi.ResourceOption) (*eks.Addon, error) {
	return eks.NewAddon(ctx, fmt.Sprintf("%s-%s", name, addon), &eks.AddonArgs{
		ClusterName: cluster.Name, AddonName: pulumi.String(addon),
		ResolveConflictsOnCreate: pulumi.String("OVERWRITE"), ResolveConflictsOnUpdate: pulumi.String("PRESERVE"),
		ConfigurationValues: addonConfiguration[addon],
	}, opts...)
}

// newServiceRole makes a role that an AWS service assumes, with AWS's own
// policies attached. It returns the attachments, to be waited for.
func newServiceRole(ctx *pulumi.Context, name, service string, policies []string, opts ...pulumi.ResourceOption) (*iam.Role, []pulumi.Resource, error) {
	trustPolicy, err := ServiceTrustPolicy(service)
	if err != nil {
		return nil, nil, err
	}
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{AssumeRolePolicy: pulumi.String(trustPolicy)}, opts...)
	if err != nil {
		return nil, nil, err
	}
	var attachments []pulumi.Resource
	for _, policy := range policies {
		attachment, err := iam.NewRolePolicyAttachment(ctx, fmt.Sprintf("%s-%s", name, policy), &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: pulumi.String("arn:aws:iam::aws:policy/" + policy),
		}, opts...)
		if err != nil {
			return nil, nil, err
		}
		attachments = append(attachments, attachment)
	}
	return role, attachments, nil
}
