package gke

import (
	"slices"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// Cluster is a GKE cluster, created by the stack or existing.
type Cluster struct {
	pulumi.ResourceState
	infra.Cluster

	// Network of the nodes.
	Network infra.Network
}

// ClusterArgs are the arguments of NewCluster.
type ClusterArgs struct {
	// Project ID.
	Project string
	// ProjectNumber is part of the name of Google's service agents.
	ProjectNumber pulumi.StringInput
	// Location is a region or a zone.
	Location string
	// Network of the nodes.
	Network *Network
	// Spec of the cluster from the stack's config.
	Spec config.ClusterSpec
	// Registry that the nodes pull from, nil if the stack does not create it.
	Registry *Registry
	// GPU is the node pool with GPUs, nil for none.
	GPU *config.GPU
	// EnableCSIDriver installs the Cloud Storage FUSE CSI driver.
	EnableCSIDriver bool
	// Labels of the cluster and of its nodes' machines and disks.
	Labels map[string]string
}

// NewCluster creates a private, VPC-native cluster with Workload Identity Federation and its node pools. The cluster's
// name is not part of its URN: a change of the name replaces the cluster, which protection refuses, and does not
// create a second one.
func NewCluster(ctx *pulumi.Context, name string, args *ClusterArgs, opts ...pulumi.ResourceOption) (*Cluster, error) {
	c := &Cluster{}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Cluster", name, pulumi.Map{
		"location": pulumi.String(args.Location), "machineType": pulumi.String(args.Spec.MachineType),
	}, c, opts...); err != nil {
		return nil, err
	}
	parent, clusterName := pulumi.Parent(c), args.Spec.Name
	account, dependsOn, err := newNodeServiceAccount(ctx, clusterName, args, parent)
	if err != nil {
		return nil, err
	}
	if args.Spec.KMSKey != "" {
		keyGrant, err := args.grantClusterKMS(ctx, clusterName, parent)
		if err != nil {
			return nil, err
		}
		dependsOn = append(dependsOn, keyGrant)
	}
	cluster, err := container.NewCluster(ctx, name, args.clusterArgs(account.Email),
		parent, pulumi.DependsOn(append(dependsOn, args.Network.Egress...)),
		pulumi.IgnoreChanges(clusterServerSetFields),
		// DeletionProtection is of the provider: the engine's protection refuses to replace the cluster, too.
		pulumi.Protect(*args.Spec.DeletionProtection))
	if err != nil {
		return nil, err
	}
	pools, err := newNodePools(ctx, clusterName, args, cluster, account, parent)
	if err != nil {
		return nil, err
	}
	c.Ready = slices.Concat(pools, []pulumi.Resource{cluster})
	c.IdentityProvider = pulumi.String(WorkloadPool(args.Project)).ToStringOutput()
	c.setNetwork(args.Network.Network.ToStringOutput(), args.Network.Subnetwork.ToStringOutput())
	c.ID = cluster.ID().ToStringOutput()
	return c, c.setOutputs(ctx, cluster.Name, cluster.Endpoint, cluster.MasterAuth.ClusterCaCertificate().Elem())
}

// clusterServerSetFields are the inputs that GKE sets, and that the provider would change back.
//   - nodeConfig is of the default node pool, which is deleted. GKE then returns that of another pool.
//   - enableL4IlbSubsetting is enabled by GKE in some clusters. Its default, false, would replace them.
//     https://github.com/hashicorp/terraform-provider-google/issues/24718
//
// databaseEncryption.state is not among them, although GKE from 1.35 reports ALL_OBJECTS_ENCRYPTION_ENABLED there: a
// key that is set later would be sent with the old state, DECRYPTED. Each update sends that state again.
// https://github.com/hashicorp/terraform-provider-google/issues/27091
var clusterServerSetFields = []string{"nodeConfig", "enableL4IlbSubsetting"}

// defaultPoolDiskGB is the disk size of the default node pool. GKE needs at least 10 GB.
const defaultPoolDiskGB = 20

// clusterArgs returns the arguments of the GKE cluster. nodeAccount is the email of the nodes' service account.
func (a *ClusterArgs) clusterArgs(nodeAccount pulumi.StringInput) *container.ClusterArgs {
	var version pulumi.StringPtrInput
	if a.Spec.Version != "" {
		version = pulumi.String(a.Spec.Version)
	}
	authorizedNetworks := container.ClusterMasterAuthorizedNetworksConfigCidrBlockArray{}
	for _, cidr := range slices.Concat(a.Spec.AuthorizedNetworks, a.Spec.PrivateEndpoint.AuthorizedNetworks) {
		authorizedNetworks = append(authorizedNetworks,
			&container.ClusterMasterAuthorizedNetworksConfigCidrBlockArgs{CidrBlock: pulumi.String(cidr)})
	}
	return &container.ClusterArgs{
		Name:               pulumi.String(a.Spec.Name),
		Location:           pulumi.String(a.Location),
		ResourceLabels:     pulumi.ToStringMap(a.Labels),
		DeletionProtection: pulumi.Bool(*a.Spec.DeletionProtection),
		Network:            a.Network.Network.ToStringOutput(),
		Subnetwork:         a.Network.Subnetwork.ToStringOutput(),
		NetworkingMode:     pulumi.String("VPC_NATIVE"),
		DatapathProvider:   pulumi.String("ADVANCED_DATAPATH"),
		IpAllocationPolicy: &container.ClusterIpAllocationPolicyArgs{
			ClusterSecondaryRangeName:  pulumi.String(a.Network.PodRange),
			ServicesSecondaryRangeName: pulumi.String(a.Network.ServiceRange),
		},
		PrivateClusterConfig: &container.ClusterPrivateClusterConfigArgs{
			EnablePrivateNodes:    pulumi.Bool(true),
			EnablePrivateEndpoint: pulumi.Bool(len(a.Spec.AuthorizedNetworks) == 0), // and no public one
			MasterIpv4CidrBlock:   pulumi.String(a.Spec.Network.ControlPlaneCIDR),
			MasterGlobalAccessConfig: &container.ClusterPrivateClusterConfigMasterGlobalAccessConfigArgs{
				Enabled: pulumi.Bool(*a.Spec.PrivateEndpoint.GlobalAccess),
			},
		},
		MasterAuthorizedNetworksConfig: &container.ClusterMasterAuthorizedNetworksConfigArgs{
			CidrBlocks: authorizedNetworks,
			// Otherwise every virtual machine on Google Cloud with a public address could connect.
			// https://cloud.google.com/kubernetes-engine/docs/how-to/authorized-networks
			GcpPublicCidrsAccessEnabled: pulumi.Bool(false),
		},
		WorkloadIdentityConfig: &container.ClusterWorkloadIdentityConfigArgs{WorkloadPool: pulumi.String(WorkloadPool(a.Project))},
		MinMasterVersion:       version,
		ReleaseChannel:         &container.ClusterReleaseChannelArgs{Channel: pulumi.String(a.Spec.ReleaseChannel)},
		EnableShieldedNodes:    pulumi.Bool(true),
		LoggingConfig: &container.ClusterLoggingConfigArgs{
			EnableComponents: pulumi.ToStringArray([]string{"SYSTEM_COMPONENTS", "WORKLOADS"}),
		},
		MonitoringConfig: &container.ClusterMonitoringConfigArgs{
			EnableComponents:  pulumi.ToStringArray([]string{"SYSTEM_COMPONENTS"}),
			ManagedPrometheus: &container.ClusterMonitoringConfigManagedPrometheusArgs{Enabled: pulumi.Bool(true)},
		},
		MaintenancePolicy:  maintenancePolicy(a.Spec.Maintenance),
		DatabaseEncryption: a.databaseEncryption(),
		AddonsConfig:       a.addonsConfig(),
		// A change of the default node pool replaces the cluster, so the cluster has pools of its own. GKE requires
		// the default pool at creation. It exists for minutes, with the nodes' own service account. Three nodes with
		// the default disk, 100 GB of pd-balanced, would exceed the quota of SSDs of a new project.
		// https://cloud.google.com/compute/resource-usage#disk_quota
		RemoveDefaultNodePool: pulumi.Bool(true),
		InitialNodeCount:      pulumi.Int(1),
		NodeConfig: &container.ClusterNodeConfigArgs{
			DiskType: pulumi.String("pd-standard"), DiskSizeGb: pulumi.Int(defaultPoolDiskGB),
			ServiceAccount: nodeAccount.ToStringOutput(), OauthScopes: pulumi.StringArray{pulumi.String(cloudPlatformScope)},
			ShieldedInstanceConfig: &container.ClusterNodeConfigShieldedInstanceConfigArgs{EnableSecureBoot: pulumi.Bool(true)},
		},
	}
}

// LookupClusterArgs are the arguments of LookupCluster.
type LookupClusterArgs struct {
	// Project ID, location (a region or a zone) and name of the cluster.
	Project, Location, Name string
}

// LookupCluster looks up an existing cluster. It fails if there is none of that name.
func LookupCluster(
	ctx *pulumi.Context, name string, args *LookupClusterArgs, opts ...pulumi.ResourceOption,
) (*Cluster, error) {
	c := &Cluster{}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Cluster", name, pulumi.Map{
		"existing": pulumi.String(args.Name), "location": pulumi.String(args.Location),
	}, c, opts...); err != nil {
		return nil, err
	}
	cluster := container.LookupClusterOutput(ctx, container.LookupClusterOutputArgs{
		Name: pulumi.String(args.Name), Project: pulumi.String(args.Project), Location: pulumi.String(args.Location),
	}, pulumi.Parent(c))
	c.IdentityProvider = cluster.WorkloadIdentityConfigs().Index(pulumi.Int(0)).WorkloadPool()
	c.setNetwork(cluster.Network(), cluster.Subnetwork())
	ca := cluster.MasterAuths().Index(pulumi.Int(0)).ClusterCaCertificate()
	c.ID = cluster.Id()
	return c, c.setOutputs(ctx, cluster.Name(), cluster.Endpoint(), ca)
}

func (c *Cluster) setNetwork(network, subnetwork pulumi.StringOutput) {
	c.Network = infra.Network{
		ID: network, Subnets: pulumi.StringArray{subnetwork}.ToStringArrayOutput(),
		PublicSubnets: pulumi.StringArray{}.ToStringArrayOutput(),
	}
	c.SecurityGroup = pulumi.String("").ToStringOutput()
}

// setOutputs sets and registers the outputs. endpoint is the API server's host, ca its certificate: base64 of PEM.
func (c *Cluster) setOutputs(ctx *pulumi.Context, name, endpoint, ca pulumi.StringOutput) error {
	c.Name, c.Endpoint = name, pulumi.Sprintf("https://%s", endpoint)
	kubeconfig := func(args ...string) pulumi.StringOutput {
		return infra.KubeconfigOutput(c.Name, c.Endpoint, ca, func(string) infra.ExecConfig {
			return infra.ExecConfig{
				Command: "gke-gcloud-auth-plugin", Args: args, InstallHint: "gcloud components install gke-gcloud-auth-plugin",
			}
		})
	}
	// By default the plugin logs in as gcloud's active account, which a CI job with application default credentials
	// does not have.
	c.Kubeconfig, c.ProviderKubeconfig = kubeconfig(), kubeconfig("--use_application_default_credentials")
	return ctx.RegisterResourceOutputs(c, pulumi.Map{"name": c.Name, "url": c.Endpoint})
}
