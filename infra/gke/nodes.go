package gke

import (
	"slices"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/serviceaccount"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// nodeRole is all that a node needs for itself: write logs and metrics. What
// the pods may read is granted to the services' own identities.
const nodeRole = "roles/container.defaultNodeServiceAccount"

// cloudPlatformScope lets a node's roles alone decide what it may do: the scopes that
// came before there were roles are all given.
const cloudPlatformScope = "https://www.googleapis.com/auth/cloud-platform"

// newNodeServiceAccount makes the identity that the nodes run under, in place of the
// project's almighty default one. It returns what lets it do its work, too.
func newNodeServiceAccount(ctx *pulumi.Context, name string, args *ClusterArgs, opts ...pulumi.ResourceOption) (*serviceaccount.Account, []pulumi.Resource, error) {
	account, err := serviceaccount.NewAccount(ctx, name+"-nodes", &serviceaccount.AccountArgs{
		AccountId: pulumi.String(name + "-nodes"), DisplayName: pulumi.String("Nodes of the cluster " + name),
	}, opts...)
	if err != nil {
		return nil, nil, err
	}
	roleBinding, err := projects.NewIAMMember(ctx, name+"-nodes", &projects.IAMMemberArgs{
		Project: pulumi.String(args.Project), Role: pulumi.String(nodeRole),
		Member: pulumi.Sprintf("serviceAccount:%s", account.Email),
	}, opts...)
	if err != nil {
		return nil, nil, err
	}
	dependsOn := []pulumi.Resource{roleBinding}
	if args.Registry != nil {
		reader, err := args.Registry.grantReader(ctx, name+"-nodes", pulumi.Sprintf("serviceAccount:%s", account.Email), opts...)
		if err != nil {
			return nil, nil, err
		}
		dependsOn = append(dependsOn, reader)
	}
	return account, dependsOn, nil
}

// newNodePools makes the cluster's pools: one for the system, one that is the
// services' alone, and one with GPUs where a service asks for any. The first
// comes first: GKE keeps other pods off nodes with GPUs only where it sees that
// there are nodes without.
func newNodePools(ctx *pulumi.Context, name string, args *ClusterArgs, cluster *container.Cluster, account *serviceaccount.Account, opts ...pulumi.ResourceOption) ([]pulumi.Resource, error) {
	var ready []pulumi.Resource
	for _, pool := range infra.NodePools(name, args.Cluster, args.GPU) {
		poolOpts := slices.Clone(opts)
		if pool.GPU {
			poolOpts = append(poolOpts, pulumi.DependsOn(ready[:1]))
		}
		nodePool, err := newNodePool(ctx, pool, args, cluster, account, poolOpts...)
		if err != nil {
			return nil, err
		}
		ready = append(ready, nodePool)
	}
	return ready, nil
}

func newNodePool(ctx *pulumi.Context, pool infra.NodePool, args *ClusterArgs, cluster *container.Cluster, account *serviceaccount.Account, opts ...pulumi.ResourceOption) (*container.NodePool, error) {
	node := &container.NodePoolNodeConfigArgs{
		MachineType:    pulumi.String(pool.MachineType),
		DiskSizeGb:     pulumi.Int(pool.DiskGiB),
		ResourceLabels: pulumi.ToStringMap(args.Labels), // the provider's default labels end at the pool
		Labels:         pulumi.ToStringMap(pool.Labels),
		ServiceAccount: account.Email,
		OauthScopes:    pulumi.StringArray{pulumi.String(cloudPlatformScope)},
		Metadata:       pulumi.StringMap{"disable-legacy-endpoints": pulumi.String("true")},
		// Pods see the Workload Identity server, never the node's own token.
		WorkloadMetadataConfig: &container.NodePoolNodeConfigWorkloadMetadataConfigArgs{Mode: pulumi.String("GKE_METADATA")},
		ShieldedInstanceConfig: &container.NodePoolNodeConfigShieldedInstanceConfigArgs{
			EnableSecureBoot: pulumi.Bool(true), EnableIntegrityMonitoring: pulumi.Bool(true),
		},
	}
	if pool.GPU {
		// GKE itself taints nodes with GPUs, and installs their driver.
		node.GuestAccelerators = container.NodePoolNodeConfigGuestAcceleratorArray{guestAccelerator(*args.GPU)}
	} else if pool.Taint != nil {
		node.Taints = container.NodePoolNodeConfigTaintArray{&container.NodePoolNodeConfigTaintArgs{
			Key: pulumi.String(pool.Taint.Key), Value: pulumi.String(pool.Taint.Value), Effect: pulumi.String("NO_SCHEDULE"),
		}}
	}
	var zones pulumi.StringArrayInput
	locationPolicy := "BALANCED"
	if pool.GPU { // machines with GPUs are not everywhere, and scarce where they are
		locationPolicy = "ANY"
		if len(args.GPU.Zones) > 0 {
			zones = pulumi.ToStringArray(args.GPU.Zones)
		}
	}
	return container.NewNodePool(ctx, pool.Name, &container.NodePoolArgs{
		// No name: one that is made up lets a pool that has to be replaced go only once the next one is there.
		Cluster:  cluster.Name,
		Location: pulumi.String(args.Location), NodeLocations: zones,
		Autoscaling: &container.NodePoolAutoscalingArgs{
			TotalMinNodeCount: pulumi.Int(pool.Min), TotalMaxNodeCount: pulumi.Int(pool.Max), LocationPolicy: pulumi.String(locationPolicy),
		},
		Management:      &container.NodePoolManagementArgs{AutoRepair: pulumi.Bool(true), AutoUpgrade: pulumi.Bool(true)},
		UpgradeSettings: &container.NodePoolUpgradeSettingsArgs{MaxSurge: pulumi.Int(1), MaxUnavailable: pulumi.Int(0)},
		NodeConfig:      node,
	}, opts...)
}

func guestAccelerator(g config.GPU) *container.NodePoolNodeConfigGuestAcceleratorArgs {
	return &container.NodePoolNodeConfigGuestAcceleratorArgs{
		Type: pulumi.String(g.Accelerator), Count: pulumi.Int(1),
		GpuDriverInstallationConfig: &container.NodePoolNodeConfigGuestAcceleratorGpuDriverInstallationConfigArgs{
			GpuDriverVersion: pulumi.String("LATEST"),
		},
	}
}
