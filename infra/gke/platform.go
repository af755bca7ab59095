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

	cluster    *Cluster
	buckets    map[string]*Bucket
	kubernetes *kubernetes.Provider
	project    string
	number     pulumi.StringOutput
	endpoint   string
	reach      []string
}

var _ infra.Platform = (*Platform)(nil)

// NewPlatform makes the network, cluster and buckets that c asks for.
func NewPlatform(ctx *pulumi.Context, name string, c config.Config, opts ...pulumi.ResourceOption) (*Platform, error) {
	p := &Platform{project: c.GCP.Project, endpoint: c.Endpoints.Storage}
	places, err := infra.Places(c.Endpoints.Storage)
	if err != nil {
		return nil, err
	}
	p.reach = slices.Concat(places, metadataServer)
	cloud, err := gcp.NewProvider(ctx, name, &gcp.ProviderArgs{
		Project:       pulumi.String(c.GCP.Project),
		Region:        pulumi.String(c.GCP.Region),
		DefaultLabels: pulumi.ToStringMap(c.Labels(ctx.Project(), ctx.Stack())),
	})
	if err != nil {
		return nil, err
	}
	opts = append(opts, pulumi.Provider(cloud))
	if err := ctx.RegisterComponentResourceV2("modelferry:gke:Platform", name, pulumi.Map{
		"project": pulumi.String(c.GCP.Project), "region": pulumi.String(c.GCP.Region),
	}, p, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(p)
	// Principals are written with the project's number, the pool with its ID.
	p.number = organizations.LookupProjectOutput(ctx, organizations.LookupProjectOutputArgs{
		ProjectId: pulumi.String(c.GCP.Project),
	}, child).Number()
	if p.buckets, err = newBuckets(ctx, c, p); err != nil {
		return nil, err
	}
	var registry *Registry
	if *c.Registry.Create {
		if registry, err = NewRegistry(ctx, name, c, child); err != nil {
			return nil, err
		}
	}
	if p.cluster, err = clusterOf(ctx, name, c, p.number, registry, child); err != nil {
		return nil, err
	}
	p.kubernetes, err = kubernetes.NewProvider(ctx, name, &kubernetes.ProviderArgs{
		Kubeconfig:            p.cluster.Kubeconfig,
		EnableServerSideApply: pulumi.Bool(true),
	}, child, pulumi.DependsOn(p.cluster.Ready))
	return p, err
}

// Kubernetes returns the provider that applies objects to the stack's cluster.
func (p *Platform) Kubernetes() *kubernetes.Provider { return p.kubernetes }

// Cluster returns what a person needs to reach the cluster.
func (p *Platform) Cluster() infra.Cluster {
	return infra.Cluster{Name: p.cluster.Name, Endpoint: p.cluster.URL, Kubeconfig: p.cluster.Kubeconfig}
}

// NodeAutoscaler returns nil: GKE moves its nodes by itself.
func (p *Platform) NodeAutoscaler() *infra.NodeAutoscaler { return nil }

// Bucket returns the name of the bucket that the catalogue calls by this name.
func (p *Platform) Bucket(name string) pulumi.StringOutput { return p.buckets[name].Name }

// Store tells how the fetcher is told of Cloud Storage.
func (p *Platform) Store() infra.Store {
	// The metadata server gives the pod's token. Named outright, the SDK does not
	// probe for it, and so does not remember a first "not there" of a new pod.
	env := map[string]string{"GCE_METADATA_HOST": "169.254.169.254"}
	if p.endpoint != "" {
		env["STORAGE_EMULATOR_HOST"] = p.endpoint
	}
	return infra.Store{BucketKey: "GCS_BUCKET", PathKey: "GCS_MODEL_PATH", Env: env, Reach: p.reach}
}

// metadataServer is where a pod gets its token, as Dataplane V2 sees it and as
// an existing cluster with Calico does.
// https://cloud.google.com/kubernetes-engine/docs/how-to/network-policy#network-policy-and-workload-identity
var metadataServer = []string{"169.254.169.254:80", "169.254.169.252:988"}

// Identify grants a service's own principal read access to its prefixes.
func (p *Platform) Identify(ctx *pulumi.Context, args infra.IdentityArgs, opts ...pulumi.ResourceOption) (infra.Identity, error) {
	identity, err := NewIdentity(ctx, args.ServiceAccount, &IdentityArgs{
		Project: p.project, Number: p.number, Buckets: p.buckets, Identity: args,
		// In a fresh project the workload pool does not exist before the first cluster.
		Pool: p.cluster.Ready,
	}, append(opts, pulumi.Parent(p))...)
	if err != nil {
		return infra.Identity{}, err
	}
	return infra.Identity{Name: identity.Principal, Annotations: pulumi.StringMap{}, Grants: identity.Grants}, nil
}
