package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/serviceaccount"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// nodeRole is all that a node needs for itself: write logs and metrics. What
// the pods may read is granted to the services' own identities.
const nodeRole = "roles/container.defaultNodeServiceAccount"

// newNodePool makes the autoscaled pool that the services run on, under a node
// identity of its own in place of the project's almighty default one.
func newNodePool(ctx *pulumi.Context, name string, args *ClusterArgs, cluster *container.Cluster, opts ...pulumi.ResourceOption) (*container.NodePool, error) {
	account, err := serviceaccount.NewAccount(ctx, name+"-nodes", &serviceaccount.AccountArgs{
		AccountId: pulumi.String(name + "-nodes"), DisplayName: pulumi.String("Nodes of the cluster " + name),
	}, opts...)
	if err != nil {
		return nil, err
	}
	granted, err := projects.NewIAMMember(ctx, name+"-nodes", &projects.IAMMemberArgs{
		Project: pulumi.String(args.Project), Role: pulumi.String(nodeRole),
		Member: pulumi.Sprintf("serviceAccount:%s", account.Email),
	}, opts...)
	if err != nil {
		return nil, err
	}
	return container.NewNodePool(ctx, name, &container.NodePoolArgs{
		Name:     pulumi.String(name),
		Cluster:  cluster.Name,
		Location: pulumi.String(args.Location),
		Autoscaling: &container.NodePoolAutoscalingArgs{
			MinNodeCount: pulumi.Int(args.Cluster.Nodes.Min), MaxNodeCount: pulumi.Int(args.Cluster.Nodes.Max),
		},
		Management:      &container.NodePoolManagementArgs{AutoRepair: pulumi.Bool(true), AutoUpgrade: pulumi.Bool(true)},
		UpgradeSettings: &container.NodePoolUpgradeSettingsArgs{MaxSurge: pulumi.Int(1), MaxUnavailable: pulumi.Int(0)},
		NodeConfig: &container.NodePoolNodeConfigArgs{
			MachineType:    pulumi.String(args.Cluster.MachineType),
			ResourceLabels: pulumi.ToStringMap(args.Labels), // the provider's default labels end at the pool
			ServiceAccount: account.Email,
			OauthScopes:    pulumi.StringArray{pulumi.String("https://www.googleapis.com/auth/cloud-platform")},
			Metadata:       pulumi.StringMap{"disable-legacy-endpoints": pulumi.String("true")},
			// Pods see the Workload Identity server, never the node's own token.
			WorkloadMetadataConfig: &container.NodePoolNodeConfigWorkloadMetadataConfigArgs{Mode: pulumi.String("GKE_METADATA")},
			ShieldedInstanceConfig: &container.NodePoolNodeConfigShieldedInstanceConfigArgs{
				EnableSecureBoot: pulumi.Bool(true), EnableIntegrityMonitoring: pulumi.Bool(true),
			},
		},
	}, append(opts, pulumi.DependsOn([]pulumi.Resource{granted}))...)
}
