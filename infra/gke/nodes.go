package gke

import (
	"regexp"
	"slices"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/projects"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/serviceaccount"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// nodeRole allows a node to write logs and metrics. Access to buckets is granted to the services' identities.
const nodeRole = "roles/container.defaultNodeServiceAccount"

// cloudPlatformScope allows all APIs: the permissions of a node follow from its IAM roles only.
// https://cloud.google.com/compute/docs/access/service-accounts#scopes_best_practice
const cloudPlatformScope = "https://www.googleapis.com/auth/cloud-platform"

// newNodeServiceAccount creates the service account of the nodes, since the project's default one is an editor of the
// project. It also returns the account's grants.
func newNodeServiceAccount(
	ctx *pulumi.Context, name string, args *ClusterArgs, opts ...pulumi.ResourceOption,
) (*serviceaccount.Account, []pulumi.Resource, error) {
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
	readers, err := args.grantImageReader(ctx, name+"-nodes", pulumi.Sprintf("serviceAccount:%s", account.Email), opts...)
	return account, append([]pulumi.Resource{roleBinding}, readers...), err
}

// grantImageReader allows the nodes to pull images from the stack's repository and from the configured ones. Without a
// grant they can pull public images only.
func (a *ClusterArgs) grantImageReader(
	ctx *pulumi.Context, name string, member pulumi.StringInput, opts ...pulumi.ResourceOption,
) ([]pulumi.Resource, error) {
	var readers []pulumi.Resource
	if a.Registry != nil {
		reader, err := a.Registry.grantReader(ctx, name, member, opts...)
		if err != nil {
			return nil, err
		}
		readers = append(readers, reader)
	}
	for _, repository := range a.Spec.ImageRepositories {
		reader, err := grantRepositoryReader(ctx, name+"-"+repository, repository, member, opts...)
		if err != nil {
			return nil, err
		}
		readers = append(readers, reader)
	}
	return readers, nil
}

// newNodePools creates the node pools of infra.NodePools. The GPU pool depends on the first one: GKE taints nodes with
// GPUs only if the cluster has nodes without.
func newNodePools(
	ctx *pulumi.Context, name string, args *ClusterArgs, cluster *container.Cluster, account *serviceaccount.Account,
	opts ...pulumi.ResourceOption,
) ([]pulumi.Resource, error) {
	var ready []pulumi.Resource
	for _, pool := range infra.NodePools(name, args.Spec, args.GPU) {
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

// nodePoolServerSetFields are the inputs that GKE sets on each node pool, and that the provider would remove. The
// update that removes kubeletConfig is empty, and GKE refuses it. Each label of resourceLabels has to be named: if all
// were ignored, the stack's own labels could not change. The engine ignores the form with ["…"]. A pool with GPUs has
// the label of its accelerator, too.
// ephemeralStorageLocalSsdConfig is set for machine types that include local SSDs. To remove it replaces the pool.
// initialNodeCount follows a resize by hand, and older pools have none. To change it replaces the pool.
// https://github.com/hashicorp/terraform-provider-google/issues/19842
// https://github.com/hashicorp/terraform-provider-google/issues/17068
// https://github.com/terraform-google-modules/terraform-google-kubernetes-engine/issues/2193
// https://cloud.google.com/kubernetes-engine/docs/how-to/creating-managing-labels#automatically-applied-labels
var nodePoolServerSetFields = []string{
	"nodeConfig.kubeletConfig",
	"nodeConfig.resourceLabels.goog-gke-node-pool-provisioning-model",
	"nodeConfig.resourceLabels.goog-gke-accelerator-type",
	"nodeConfig.ephemeralStorageLocalSsdConfig",
	"initialNodeCount",
}

func newNodePool(
	ctx *pulumi.Context, pool infra.NodePool, args *ClusterArgs, cluster *container.Cluster, account *serviceaccount.Account,
	opts ...pulumi.ResourceOption,
) (*container.NodePool, error) {
	node := &container.NodePoolNodeConfigArgs{
		MachineType:    pulumi.String(pool.MachineType),
		DiskSizeGb:     pulumi.Int(pool.DiskGiB),
		ResourceLabels: pulumi.ToStringMap(args.Labels), // the provider's DefaultLabels do not reach the machines
		Labels:         pulumi.ToStringMap(pool.Labels),
		ServiceAccount: account.Email,
		OauthScopes:    pulumi.StringArray{pulumi.String(cloudPlatformScope)},
		Metadata:       pulumi.StringMap{"disable-legacy-endpoints": pulumi.String("true")},
		// Pods get tokens of their own identity only, not the node's.
		WorkloadMetadataConfig: &container.NodePoolNodeConfigWorkloadMetadataConfigArgs{Mode: pulumi.String("GKE_METADATA")},
		ShieldedInstanceConfig: &container.NodePoolNodeConfigShieldedInstanceConfigArgs{
			EnableSecureBoot: pulumi.Bool(true), EnableIntegrityMonitoring: pulumi.Bool(true),
		},
	}
	if pool.GPU {
		// GKE taints nodes with GPUs and installs the driver.
		node.GuestAccelerators = container.NodePoolNodeConfigGuestAcceleratorArray{guestAccelerator(*args.GPU)}
	} else if pool.Taint != nil {
		node.Taints = container.NodePoolNodeConfigTaintArray{&container.NodePoolNodeConfigTaintArgs{
			Key: pulumi.String(pool.Taint.Key), Value: pulumi.String(pool.Taint.Value), Effect: pulumi.String("NO_SCHEDULE"),
		}}
	}
	var zones pulumi.StringArrayInput
	locationPolicy := "BALANCED"
	if pool.GPU { // not every zone has machines with GPUs, and they are scarce
		locationPolicy = "ANY"
		if len(args.GPU.Zones) > 0 {
			zones = pulumi.ToStringArray(args.GPU.Zones)
		}
	}
	return container.NewNodePool(ctx, pool.Name, &container.NodePoolArgs{
		// Autonamed: a pool that has to be replaced is deleted after its successor exists.
		Cluster:  cluster.Name,
		Location: pulumi.String(args.Location), NodeLocations: zones,
		InitialNodeCount: initialNodeCount(pool, args.Location),
		Autoscaling: &container.NodePoolAutoscalingArgs{
			TotalMinNodeCount: pulumi.Int(pool.Min), TotalMaxNodeCount: pulumi.Int(pool.Max), LocationPolicy: pulumi.String(locationPolicy),
		},
		Management:      &container.NodePoolManagementArgs{AutoRepair: pulumi.Bool(true), AutoUpgrade: pulumi.Bool(true)},
		UpgradeSettings: &container.NodePoolUpgradeSettingsArgs{MaxSurge: pulumi.Int(1), MaxUnavailable: pulumi.Int(0)},
		NodeConfig:      node,
	}, append(opts, pulumi.IgnoreChanges(nodePoolServerSetFields))...)
}

// regionalZones is the number of zones that GKE chooses for a regional cluster.
// https://cloud.google.com/kubernetes-engine/docs/concepts/regional-clusters
const regionalZones = 3

// zoneName matches the name of a zone. Everything else is a region.
var zoneName = regexp.MustCompile(`^[a-z]+-[a-z]+\d+-[a-z]$`)

// initialNodeCount returns the number of nodes that a pool has in each zone when it is created, nil for none. Without
// it a pool starts with no nodes, whatever its minimum, and the autoscaler adds nodes for pending pods only:
// https://github.com/hashicorp/terraform-provider-google/issues/8270
//
// The count rounds the minimum down to whole zones, so that the disks of a new cluster fit into the quota of SSDs. The
// system pool, the one without a taint, has a node in each zone, because DNS needs one at once. Machines with GPUs are
// scarce: a pool that asks for them in every zone may fail.
func initialNodeCount(pool infra.NodePool, location string) pulumi.IntPtrInput {
	zones := regionalZones
	if zoneName.MatchString(location) {
		zones = 1
	}
	perZone := pool.Min / zones
	if pool.Taint == nil && pool.Max >= zones {
		perZone = max(perZone, 1)
	}
	if perZone == 0 || pool.GPU {
		return nil
	}
	return pulumi.Int(perZone)
}

func guestAccelerator(g config.GPU) *container.NodePoolNodeConfigGuestAcceleratorArgs {
	return &container.NodePoolNodeConfigGuestAcceleratorArgs{
		Type: pulumi.String(g.Accelerator), Count: pulumi.Int(1),
		GpuDriverInstallationConfig: &container.NodePoolNodeConfigGuestAcceleratorGpuDriverInstallationConfigArgs{
			GpuDriverVersion: pulumi.String("LATEST"),
		},
	}
}
