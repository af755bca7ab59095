package eks

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// nodePolicies is all that a node needs for itself: to join, to give pods
// addresses, to pull images. What the pods may read is granted to the
// services' own roles.
var nodePolicies = []string{"AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"}

// newNodeGroup makes the autoscaled group that the services run on, and the
// add-ons without which its nodes never get ready.
func newNodeGroup(ctx *pulumi.Context, name string, args *ClusterArgs, cluster *eks.Cluster, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	role, granted, err := newServiceRole(ctx, name+"-nodes", "ec2.amazonaws.com", nodePolicies, opts...)
	if err != nil {
		return nil, err
	}
	// The network plugin first: a node without it stays NotReady, and the group's creation times out.
	for _, addon := range []string{"vpc-cni", "kube-proxy"} {
		installed, err := newAddon(ctx, name, addon, cluster, opts...)
		if err != nil {
			return nil, err
		}
		granted = append(granted, installed)
	}
	group, err := eks.NewNodeGroup(ctx, name, &eks.NodeGroupArgs{
		NodeGroupName: pulumi.String(name), ClusterName: cluster.Name, NodeRoleArn: role.Arn,
		SubnetIds: args.Network.Private, InstanceTypes: pulumi.StringArray{pulumi.String(args.Cluster.MachineType)},
		ScalingConfig: &eks.NodeGroupScalingConfigArgs{
			MinSize: pulumi.Int(args.Cluster.Nodes.Min), MaxSize: pulumi.Int(args.Cluster.Nodes.Max),
			DesiredSize: pulumi.Int(args.Cluster.Nodes.Min),
		},
		UpdateConfig: &eks.NodeGroupUpdateConfigArgs{MaxUnavailable: pulumi.Int(1)},
	}, append(opts, pulumi.DependsOn(granted),
		// The autoscaler moves it; an update must not move it back.
		pulumi.IgnoreChanges([]string{"scalingConfig.desiredSize"}))...)
	if err != nil {
		return nil, err
	}
	// CoreDNS runs on nodes, and is installed only once there are some.
	dns, err := newAddon(ctx, name, "coredns", cluster, append(opts, pulumi.DependsOn([]pulumi.Resource{group}))...)
	return []pulumi.Resource{group, dns}, err
}

// addonValues are the add-ons' settings that are not their defaults.
var addonValues = map[string]pulumi.StringPtrInput{
	// Without it a NetworkPolicy is accepted, and not enforced.
	"vpc-cni": pulumi.String(`{"enableNetworkPolicy":"true"}`),
}

func newAddon(ctx *pulumi.Context, name, addon string, cluster *eks.Cluster, opts ...pulumi.ResourceOption) (*eks.Addon, error) {
	return eks.NewAddon(ctx, fmt.Sprintf("%s-%s", name, addon), &eks.AddonArgs{
		ClusterName: cluster.Name, AddonName: pulumi.String(addon),
		ResolveConflictsOnCreate: pulumi.String("OVERWRITE"), ResolveConflictsOnUpdate: pulumi.String("PRESERVE"),
		ConfigurationValues: addonValues[addon],
	}, opts...)
}

// newServiceRole makes a role that an AWS service assumes, with AWS's own
// policies attached. It returns the attachments, to be waited for.
func newServiceRole(ctx *pulumi.Context, name, service string, policies []string, opts ...pulumi.ResourceOption) (*iam.Role, []pulumi.Resource, error) {
	trust, err := ServiceTrust(service)
	if err != nil {
		return nil, nil, err
	}
	role, err := iam.NewRole(ctx, name, &iam.RoleArgs{AssumeRolePolicy: pulumi.String(trust)}, opts...)
	if err != nil {
		return nil, nil, err
	}
	var attached []pulumi.Resource
	for _, policy := range policies {
		attachment, err := iam.NewRolePolicyAttachment(ctx, fmt.Sprintf("%s-%s", name, policy), &iam.RolePolicyAttachmentArgs{
			Role: role.Name, PolicyArn: pulumi.String("arn:aws:iam::aws:policy/" + policy),
		}, opts...)
		if err != nil {
			return nil, nil, err
		}
		attached = append(attached, attachment)
	}
	return role, attached, nil
}
