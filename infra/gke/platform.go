// Package gke creates the platform on Google Cloud: a GKE cluster with Workload Identity Federation, Cloud Storage
// buckets, an Artifact Registry repository, and one principal for each service.
package gke

import (
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/organizations"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// Platform is the platform of a stack on Google Cloud.
type Platform struct {
	pulumi.ResourceState
	infra.Platform

	project       string
	projectNumber pulumi.StringOutput
}

// NewPlatform creates the buckets, the registry, the network and the cluster that the config asks for.
func NewPlatform(
	ctx *pulumi.Context, name string, args *infra.PlatformArgs, opts ...pulumi.ResourceOption,
) (*Platform, error) {
	c := args.Config
	p := &Platform{project: c.GCP.Project}
	p.CSIVolume = csiVolume
	var err error
	if p.ObjectStore, err = objectStore(c.Endpoints); err != nil {
		return nil, err
	}
	provider, err := gcp.NewProvider(ctx, name, providerArgs(c.GCP, args.Labels))
	if err != nil {
		return nil, err
	}
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Platform", name, pulumi.Map{
		"project": pulumi.String(c.GCP.Project), "region": pulumi.String(c.GCP.Region),
	}, p, append(opts, pulumi.Provider(provider))...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(p)
	// A principal has the project's number, the workload identity pool has its ID.
	p.projectNumber = organizations.LookupProjectOutput(ctx, organizations.LookupProjectOutputArgs{
		ProjectId: pulumi.String(c.GCP.Project),
	}, parent).Number()
	p.Buckets, err = newBuckets(ctx, &bucketsArgs{
		Project: c.GCP.Project, Location: c.GCP.Region, Buckets: c.Buckets,
		Name: func(bucket string) string { return c.BucketName("", ctx.Stack(), bucket) },
	}, parent)
	if err != nil {
		return nil, err
	}
	cluster, err := p.newCluster(ctx, name, args, parent)
	if err != nil {
		return nil, err
	}
	p.Cluster, p.Network = cluster.Cluster, cluster.Network
	p.Kubernetes, err = cluster.NewKubernetesProvider(ctx, name, args.RenderDir, parent)
	return p, err
}

// providerArgs returns the arguments of the Google Cloud provider. labels are those of every resource.
func providerArgs(c config.GCP, labels map[string]string) *gcp.ProviderArgs {
	args := &gcp.ProviderArgs{
		Project: pulumi.String(c.Project), Region: pulumi.String(c.Region), DefaultLabels: pulumi.ToStringMap(labels),
	}
	if c.BillingProject != "" {
		args.BillingProject = pulumi.String(c.BillingProject)
	}
	if c.UserProjectOverride {
		args.UserProjectOverride = pulumi.Bool(true)
	}
	return args
}

// newCluster creates the registry and the cluster, or looks up the existing cluster.
func (p *Platform) newCluster(
	ctx *pulumi.Context, name string, args *infra.PlatformArgs, opts ...pulumi.ResourceOption,
) (*Cluster, error) {
	c := args.Config
	var registry *Registry
	if *c.Registry.Create {
		var err error
		if registry, err = NewRegistry(ctx, name, &RegistryArgs{
			Name: c.Registry.Name, Location: c.GCP.Region, UntaggedDays: c.Registry.UntaggedDays, Readers: c.Registry.Readers,
			RetainOnDelete: !c.Buckets.ForceDestroy,
		}, opts...); err != nil {
			return nil, err
		}
	}
	location := c.Cluster.Location
	if location == "" {
		location = c.GCP.Region
	}
	if c.Cluster.Create == nil {
		return LookupCluster(ctx, name, &LookupClusterArgs{
			Project: c.GCP.Project, Location: location, Name: c.Cluster.Existing,
		}, opts...)
	}
	network, err := resolveNetwork(ctx, c.Cluster.Create.Name, c.GCP.Region, c.Cluster.Create.Network, opts...)
	if err != nil {
		return nil, err
	}
	return NewCluster(ctx, name, &ClusterArgs{
		Project: c.GCP.Project, ProjectNumber: p.projectNumber, Location: location, Network: network,
		Spec: *c.Cluster.Create, GPU: c.GPUNodePool(), EnableCSIDriver: c.NeedsCSIDriver(), Registry: registry,
		Labels: args.Labels,
	}, opts...)
}

// NewWorkloadIdentity grants the principal of a service's pods read access to its prefixes.
func (p *Platform) NewWorkloadIdentity(
	ctx *pulumi.Context, name string, args *infra.WorkloadIdentityArgs, opts ...pulumi.ResourceOption,
) (*infra.WorkloadIdentity, error) {
	identity, err := NewWorkloadIdentity(ctx, name, &WorkloadIdentityArgs{
		WorkloadIdentityArgs: *args,
		Project:              p.project, ProjectNumber: p.projectNumber, Buckets: p.Buckets,
		// The first cluster of a project creates the workload identity pool.
		DependsOn: p.Cluster.Ready,
	}, append(opts, pulumi.Parent(p))...)
	if err != nil {
		return nil, err
	}
	return &identity.WorkloadIdentity, nil
}
