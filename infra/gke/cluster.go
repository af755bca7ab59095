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
	// ProjectNumber of the project, by which Google names its own accounts.
	ProjectNumber pulumi.StringInput
	// Network that the nodes live in.
	Network *Network
	// Cluster from the stack's config.
	Cluster config.ClusterSpec
	// Registry that the nodes pull from, nil for one of somebody else's.
	Registry *Registry
	// GPU nodes to have besides, nil for none.
	GPU *config.GPU
	// EnableCSIDriver tells that pods mount buckets.
	EnableCSIDriver bool
	// Labels of the cluster and of its nodes' machines and disks.
	Labels map[string]string
}

// resolveCluster makes the cluster that the config describes, or finds the one that it names.
func resolveCluster(ctx *pulumi.Context, name string, c config.Config, projectNumber pulumi.StringInput, registry *Registry, opts ...pulumi.ResourceOption) (*Cluster, error) {
	location := c.Cluster.Location
	if location == "" {
		location = c.GCP.Region
	}
	if c.Cluster.Create == nil {
		return LookupCluster(ctx, name, c.GCP.Project, location, c.Cluster.Existing, opts...)
	}
	network, err := resolveNetwork(ctx, c, opts...)
	if err != nil {
		return nil, err
	}
	return NewCluster(ctx, name, &ClusterArgs{
		Project: c.GCP.Project, ProjectNumber: projectNumber, Location: location, Network: network, Cluster: *c.Cluster.Create, GPU: c.GPUNodePool(), EnableCSIDriver: c.NeedsCSIDriver(), Registry: registry,
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
	parent, clusterName := pulumi.Parent(c), args.Cluster.Name
	account, dependsOn, err := newNodeServiceAccount(ctx, clusterName, args, parent)
	if err != nil {
		return nil, err
	}
	if args.Cluster.KMSKey != "" {
		keyGrant, err := args.grantClusterKMS(ctx, clusterName, parent)
		if err != nil {
			return nil, err
		}
		dependsOn = append(dependsOn, keyGrant)
	}
	var version pulumi.StringPtrInput
	if args.Cluster.Version != "" {
		version = pulumi.String(args.Cluster.Version)
	}
	authorizedNetworks := container.ClusterMasterAuthorizedNetworksConfigCidrBlockArray{}
	for _, cidr := range args.Cluster.AuthorizedNetworks {
		authorizedNetworks = append(authorizedNetworks, &container.ClusterMasterAuthorizedNetworksConfigCidrBlockArgs{CidrBlock: pulumi.String(cidr)})
	}
	cluster, err := container.NewCluster(ctx, name, &container.ClusterArgs{
		Name:               pulumi.String(clusterName),
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
			EnablePrivateEndpoint: pulumi.Bool(len(authorizedNetworks) == 0),
			MasterIpv4CidrBlock:   pulumi.String(args.Cluster.Network.ControlPlaneCIDR),
		},
		MasterAuthorizedNetworksConfig: &container.ClusterMasterAuthorizedNetworksConfigArgs{CidrBlocks: authorizedNetworks},
		WorkloadIdentityConfig:         &container.ClusterWorkloadIdentityConfigArgs{WorkloadPool: pulumi.String(WorkloadPool(args.Project))},
		MinMasterVersion:               version,
		ReleaseChannel:                 &container.ClusterReleaseChannelArgs{Channel: pulumi.String(args.Cluster.ReleaseChannel)},
		EnableShieldedNodes:            pulumi.Bool(true),
		LoggingConfig:                  &container.ClusterLoggingConfigArgs{EnableComponents: pulumi.ToStringArray([]string{"SYSTEM_COMPONENTS", "WORKLOADS"})},
		MonitoringConfig: &container.ClusterMonitoringConfigArgs{
			EnableComponents:  pulumi.ToStringArray([]string{"SYSTEM_COMPONENTS"}),
			ManagedPrometheus: &container.ClusterMonitoringConfigManagedPrometheusArgs{Enabled: pulumi.Bool(true)},
		},
		DatabaseEncryption: args.databaseEncryption(),
		AddonsConfig:       args.addonsConfig(),
		// The default pool cannot be changed without replacing the cluster; ours can.
		// It is there for minutes, and as nobody else than the other nodes.
		RemoveDefaultNodePool: pulumi.Bool(true),
		InitialNodeCount:      pulumi.Int(1),
		NodeConfig: &container.ClusterNodeConfigArgs{
			ServiceAccount: account.Email, OauthScopes: pulumi.StringArray{pulumi.String(cloudPlatformScope)},
			ShieldedInstanceConfig: &container.ClusterNodeConfigShieldedInstanceConfigArgs{EnableSecureBoot: pulumi.Bool(true)},
		},
	}, parent, pulumi.DependsOn(append(dependsOn, args.Network.Egress...)),
		// Of a pool that is gone, GKE tells another's.
		pulumi.IgnoreChanges([]string{"nodeConfig"}),
		// The engine then refuses to replace it, too, of which the cloud knows nothing.
		pulumi.Protect(*args.Cluster.DeletionProtection))
	if err != nil {
		return nil, err
	}
	nodes, err := newNodePools(ctx, clusterName, args, cluster, account, parent)
	if err != nil {
		return nil, err
	}
	ca := cluster.MasterAuth.ClusterCaCertificate().Elem()
	return c.setOutputs(ctx, cluster.Name, cluster.Endpoint, ca, append(nodes, cluster)...)
}

// LookupCluster looks up a cluster that exists. It fails when there is none of that name.
func LookupCluster(ctx *pulumi.Context, name, project, location, existing string, opts ...pulumi.ResourceOption) (*Cluster, error) {
	c := &Cluster{}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Cluster", name, pulumi.Map{
		"existing": pulumi.String(existing), "location": pulumi.String(location),
	}, c, opts...); err != nil {
		return nil, err
	}
	cluster := container.LookupClusterOutput(ctx, container.LookupClusterOutputArgs{
		Name: pulumi.String(existing), Project: pulumi.String(project), Location: pulumi.String(location),
	}, pulumi.Parent(c))
	ca := cluster.MasterAuths().Index(pulumi.Int(0)).ClusterCaCertificate()
	return c.setOutputs(ctx, cluster.Name(), cluster.Endpoint(), ca)
}

func (c *Cluster) setOutputs(ctx *pulumi.Context, name, endpoint, ca pulumi.StringOutput, ready ...pulumi.Resource) (*Cluster, error) {
	c.Name, c.Ready = name, ready
	c.URL = pulumi.Sprintf("https://%s", endpoint)
	c.Kubeconfig = infra.KubeconfigOutput(c.Name, c.URL, ca, func(string) infra.ExecConfig {
		return infra.ExecConfig{Command: "gke-gcloud-auth-plugin", InstallHint: "gcloud components install gke-gcloud-auth-plugin"}
	})
	return c, ctx.RegisterResourceOutputs(c, pulumi.Map{"name": c.Name, "url": c.URL})
}
