package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/container"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// Cluster is a GKE cluster, made by the stack or found by name.
type Cluster struct {
	pulumi.ResourceState

	// Name, API server URL and kubeconfig of the cluster.
	Name, URL, Kubeconfig pulumi.StringOutput
	// Ready is what has to exist before the cluster can run a pod.
	Ready []pulumi.Resource
}

// ClusterArgs says what cluster to make.
type ClusterArgs struct {
	// Project ID and location (a region or a zone) of the cluster.
	Project, Location string
	// Number of the project, by which Google names its own accounts.
	Number pulumi.StringInput
	// Network that the nodes live in.
	Network *Network
	// Cluster from the stack's config.
	Cluster config.ClusterSpec
	// Registry that the nodes pull from, nil for one of somebody else's.
	Registry *Registry
	// GPU nodes to have besides, nil for none.
	GPU *config.GPU
	// Mounts tells that pods mount buckets.
	Mounts bool
	// Labels of the cluster and of its nodes' machines and disks.
	Labels map[string]string
}

// clusterOf makes the cluster that the config describes, or finds the one that it names.
func clusterOf(ctx *pulumi.Context, name string, c config.Config, number pulumi.StringInput, registry *Registry, opts ...pulumi.ResourceOption) (*Cluster, error) {
	location := c.Cluster.Location
	if location == "" {
		location = c.GCP.Region
	}
	if c.Cluster.Create == nil {
		return FindCluster(ctx, name, c.GCP.Project, location, c.Cluster.Existing, opts...)
	}
	network, err := networkOf(ctx, c, opts...)
	if err != nil {
		return nil, err
	}
	return NewCluster(ctx, name, &ClusterArgs{
		Project: c.GCP.Project, Number: number, Location: location, Network: network, Cluster: *c.Cluster.Create, GPU: c.GPUNodePool(), Mounts: c.NeedsCSIDriver(), Registry: registry,
		Labels: c.Labels(ctx.Project(), ctx.Stack()),
	}, opts...)
}

// NewCluster makes a private, VPC-native cluster with Workload Identity and its
// node pools. To the engine it is always the same one: another name replaces
// it, which is refused, where it would otherwise be a second cluster.
func NewCluster(ctx *pulumi.Context, name string, args *ClusterArgs, opts ...pulumi.ResourceOption) (*Cluster, error) {
	c := &Cluster{}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Cluster", name, pulumi.Map{
		"location": pulumi.String(args.Location), "machineType": pulumi.String(args.Cluster.MachineType),
	}, c, opts...); err != nil {
		return nil, err
	}
	child, stem := pulumi.Parent(c), args.Cluster.Name
	account, needs, err := newNodeAccount(ctx, stem, args, child)
	if err != nil {
		return nil, err
	}
	if args.Cluster.KMSKey != "" {
		usable, err := args.letClusterUse(ctx, stem, child)
		if err != nil {
			return nil, err
		}
		needs = append(needs, usable)
	}
	var version pulumi.StringPtrInput
	if args.Cluster.Version != "" {
		version = pulumi.String(args.Cluster.Version)
	}
	networks := container.ClusterMasterAuthorizedNetworksConfigCidrBlockArray{}
	for _, cidr := range args.Cluster.AuthorizedNetworks {
		networks = append(networks, &container.ClusterMasterAuthorizedNetworksConfigCidrBlockArgs{CidrBlock: pulumi.String(cidr)})
	}
	cluster, err := container.NewCluster(ctx, name, &container.ClusterArgs{
		Name:               pulumi.String(stem),
		Location:           pulumi.String(args.Location),
		ResourceLabels:     pulumi.ToStringMap(args.Labels),
		DeletionProtection: pulumi.Bool(*args.Cluster.DeletionProtection),
		Network:            args.Network.Network.ToStringOutput(),
		Subnetwork:         args.Network.Subnetwork.ToStringOutput(),
		NetworkingMode:     pulumi.String("VPC_NATIVE"),
		DatapathProvider:   pulumi.String("ADVANCED_DATAPATH"),
		IpAllocationPolicy: &container.ClusterIpAllocationPolicyArgs{
			ClusterSecondaryRangeName: pulumi.String(args.Network.PodRange), ServicesSecondaryRangeName: pulumi.String(args.Network.ServiceRange),
		},
		PrivateClusterConfig: &container.ClusterPrivateClusterConfigArgs{
			EnablePrivateNodes:    pulumi.Bool(true),
			EnablePrivateEndpoint: pulumi.Bool(len(networks) == 0),
			MasterIpv4CidrBlock:   pulumi.String(args.Cluster.Network.ControlPlaneCIDR),
		},
		MasterAuthorizedNetworksConfig: &container.ClusterMasterAuthorizedNetworksConfigArgs{CidrBlocks: networks},
		WorkloadIdentityConfig:         &container.ClusterWorkloadIdentityConfigArgs{WorkloadPool: pulumi.String(WorkloadPool(args.Project))},
		MinMasterVersion:               version,
		ReleaseChannel:                 &container.ClusterReleaseChannelArgs{Channel: pulumi.String(args.Cluster.ReleaseChannel)},
		EnableShieldedNodes:            pulumi.Bool(true),
		LoggingConfig:                  &container.ClusterLoggingConfigArgs{EnableComponents: pulumi.ToStringArray([]string{"SYSTEM_COMPONENTS", "WORKLOADS"})},
		MonitoringConfig: &container.ClusterMonitoringConfigArgs{
			EnableComponents:  pulumi.ToStringArray([]string{"SYSTEM_COMPONENTS"}),
			ManagedPrometheus: &container.ClusterMonitoringConfigManagedPrometheusArgs{Enabled: pulumi.Bool(true)},
		},
		DatabaseEncryption: args.secrets(),
		AddonsConfig:       args.addons(),
		// The default pool cannot be changed without replacing the cluster; ours can.
		// It is there for minutes, and as nobody else than the other nodes.
		RemoveDefaultNodePool: pulumi.Bool(true),
		InitialNodeCount:      pulumi.Int(1),
		NodeConfig: &container.ClusterNodeConfigArgs{
			ServiceAccount: account.Email, OauthScopes: pulumi.StringArray{pulumi.String(nodeScope)},
			ShieldedInstanceConfig: &container.ClusterNodeConfigShieldedInstanceConfigArgs{EnableSecureBoot: pulumi.Bool(true)},
		},
	}, child, pulumi.DependsOn(append(needs, args.Network.Egress...)),
		// Of a pool that is gone, GKE tells another's.
		pulumi.IgnoreChanges([]string{"nodeConfig"}),
		// The engine then refuses to replace it, too, of which the cloud knows nothing.
		pulumi.Protect(*args.Cluster.DeletionProtection))
	if err != nil {
		return nil, err
	}
	nodes, err := newNodePools(ctx, stem, args, cluster, account, child)
	if err != nil {
		return nil, err
	}
	ca := cluster.MasterAuth.ClusterCaCertificate().Elem()
	return c.whole(ctx, cluster.Name, cluster.Endpoint, ca, append(nodes, cluster)...)
}

// FindCluster looks up a cluster that exists. It fails when there is none of that name.
func FindCluster(ctx *pulumi.Context, name, project, location, existing string, opts ...pulumi.ResourceOption) (*Cluster, error) {
	c := &Cluster{}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Cluster", name, pulumi.Map{
		"existing": pulumi.String(existing), "location": pulumi.String(location),
	}, c, opts...); err != nil {
		return nil, err
	}
	found := container.LookupClusterOutput(ctx, container.LookupClusterOutputArgs{
		Name: pulumi.String(existing), Project: pulumi.String(project), Location: pulumi.String(location),
	}, pulumi.Parent(c))
	ca := found.MasterAuths().Index(pulumi.Int(0)).ClusterCaCertificate()
	return c.whole(ctx, found.Name(), found.Endpoint(), ca)
}

func (c *Cluster) whole(ctx *pulumi.Context, name, endpoint, ca pulumi.StringOutput, ready ...pulumi.Resource) (*Cluster, error) {
	c.Name, c.Ready = name, ready
	c.URL = pulumi.Sprintf("https://%s", endpoint)
	c.Kubeconfig = infra.KubeconfigOutput(c.Name, c.URL, ca, func(string) infra.Login {
		return infra.Login{Command: "gke-gcloud-auth-plugin", Hint: "gcloud components install gke-gcloud-auth-plugin"}
	})
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"name": c.Name, "url": c.URL})
}
