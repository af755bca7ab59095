// Package gke makes the platform on Google Cloud: a GKE cluster with Workload
// Identity, Cloud Storage buckets, and one principal a service.
package gke

import (
	"slices"

	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp"
	"github.com/pulumi/pulumi-gcp/sdk/v7/go/gcp/organizations"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// Platform is the GKE side of a stack.
type Platform struct {
	pulumi.ResourceState

	cluster         *Cluster
	buckets         map[string]*Bucket
	kubernetes      *kubernetes.Provider
	project         string
	projectNumber   pulumi.StringOutput
	storageEndpoint string
	egressEndpoints []string
}

var _ infra.Platform = (*Platform)(nil)

// NewPlatform makes the network, cluster and buckets that c asks for.
func NewPlatform(ctx *pulumi.Context, name string, c config.Config, opts ...pulumi.ResourceOption) (*Platform, error) {
	p := &Platform{project: c.GCP.Project, storageEndpoint: c.Endpoints.Storage}
	endpoints, err := infra.EgressEndpoints(c.Endpoints.Storage)
	if err != nil {
		return nil, err
	}
	p.egressEndpoints = slices.Concat(endpoints, metadataServerEndpoints)
	provider, err := gcp.NewProvider(ctx, name, &gcp.ProviderArgs{
		Project:       pulumi.String(c.GCP.Project),
		Region:        pulumi.String(c.GCP.Region),
		DefaultLabels: pulumi.ToStringMap(c.Labels(ctx.Project(), ctx.Stack())),
	})
	if err != nil {
		return nil, err
	}
	opts = append(opts, pulumi.Provider(provider))
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Platform", name, pulumi.Map{
		"project": pulumi.String(c.GCP.Project), "region": pulumi.String(c.GCP.Region),
	}, p, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(p)
	// Principals are written with the project's number, the pool with its ID.
	p.projectNumber = organizations.LookupProjectOutput(ctx, organizations.LookupProjectOutputArgs{
		ProjectId: pulumi.String(c.GCP.Project),
	}, parent).Number()
	if p.buckets, err = newBuckets(ctx, c, p); err != nil {
		return nil, err
	}
	var registry *Registry
	if *c.Registry.Create {
		if registry, err = NewRegistry(ctx, name, c, parent); err != nil {
			return nil, err
		}
	}
	if p.cluster, err = resolveCluster(ctx, name, c, p.projectNumber, registry, parent); err != nil {
		return nil, err
	}
	p.kubernetes, err = kubernetes.NewProvider(ctx, name, &kubernetes.ProviderArgs{
		Kubeconfig:            p.cluster.Kubeconfig,
		EnableServerSideApply: pulumi.Bool(true),
	}, parent, pulumi.DependsOn(p.cluster.Ready))
	return p, err
}

// Kubernetes returns the provider that applies objects to the stack's cluster.
func (p *Platform) Kubernetes() *kubernetes.Provider { return p.kubernetes }

// Cluster returns what a person needs to reach the cluster.
func (p *Platform) Cluster() infra.Cluster {
	return infra.Cluster{Name: p.cluster.Name, Endpoint: p.cluster.URL, Kubeconfig: p.cluster.Kubeconfig}
}

// ClusterAutoscaler returns nil: GKE moves its nodes by itself.
func (p *Platform) ClusterAutoscaler() *infra.ClusterAutoscaler { return nil }

// Bucket returns the name of the bucket that the catalogue calls by this name.
func (p *Platform) Bucket(name string) pulumi.StringOutput { return p.buckets[name].Name }

// ObjectStore tells how the fetcher is told of Cloud Storage.
func (p *Platform) ObjectStore() infra.ObjectStore {
	// The metadata server gives the pod's token. Named outright, the SDK does not
	// probe for it, and so does not remember a first "not there" of a new pod.
	env := map[string]string{"GCE_METADATA_HOST": "169.254.169.254"}
	if p.storageEndpoint != "" {
		env["STORAGE_EMULATOR_HOST"] = p.storageEndpoint
	}
	return infra.ObjectStore{BucketEnvVar: "GCS_BUCKET", PathEnvVar: "GCS_MODEL_PATH", Env: env, EgressEndpoints: p.egressEndpoints}
}

// metadataServerEndpoints is where a pod gets its token, as Dataplane V2 sees it and as
// an existing cluster with Calico does.
// https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
var metadataServerEndpoints = []string{"169.254.169.254:80", "169.254.169.252:988"}

// NewWorkloadIdentity grants a service's own principal read access to its prefixes.
func (p *Platform) NewWorkloadIdentity(ctx *pulumi.Context, args infra.WorkloadIdentityArgs, opts ...pulumi.ResourceOption) (infra.WorkloadIdentity, error) {
	identity, err := NewWorkloadIdentity(ctx, args.ServiceAccount, &WorkloadIdentityArgs{
		Project: p.project, ProjectNumber: p.projectNumber, Buckets: p.buckets, Identity: args,
		// In a fresh project the workload pool does not exist before the first cluster.
		DependsOn: p.cluster.Ready,
	}, append(opts, pulumi.Parent(p))...)
	if err != nil {
		return infra.WorkloadIdentity{}, err
	}
	return infra.WorkloadIdentity{Name: identity.Principal, Annotations: pulumi.StringMap{}, DependsOn: identity.DependsOn}, nil
}
