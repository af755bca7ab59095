// Package eks makes the platform on AWS: an EKS cluster, S3 buckets, and one
// role a service, by IRSA or by Pod Identity.
package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// Platform is the EKS side of a stack.
type Platform struct {
	pulumi.ResourceState

	cluster    *Cluster
	buckets    map[string]*Bucket
	key        pulumi.StringOutput
	kubernetes *kubernetes.Provider
	autoscaler *infra.NodeAutoscaler
	region     string
	identity   config.PodIdentityMode
	endpoints  config.Endpoints
	reach      []string
	// Network is the range of the VPC, "" where it is somebody else's; tags are
	// those of whatever is made outside the engine.
	network string
	tags    map[string]string
}

var _ infra.Platform = (*Platform)(nil)

// NewPlatform makes the network, cluster and buckets that c asks for.
func NewPlatform(ctx *pulumi.Context, name string, c config.Config, opts ...pulumi.ResourceOption) (*Platform, error) {
	p := &Platform{region: c.AWS.Region, identity: c.Identity, endpoints: c.Endpoints, tags: c.Labels(ctx.Project(), ctx.Stack())}
	if c.Cluster.Create != nil {
		p.network = c.Cluster.Create.Network.CIDR
	}
	var err error
	if p.reach, err = infra.Places(c.Endpoints.Storage, c.Endpoints.Identity); err != nil {
		return nil, err
	}
	p.reach = append(p.reach, tokenPlaces(p.identity)...)
	cloud, err := aws.NewProvider(ctx, name, &aws.ProviderArgs{
		Region:      pulumi.String(c.AWS.Region),
		DefaultTags: &aws.ProviderDefaultTagsArgs{Tags: pulumi.ToStringMap(c.Labels(ctx.Project(), ctx.Stack()))},
	})
	if err != nil {
		return nil, err
	}
	opts = append(opts, pulumi.Provider(cloud))
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Platform", name, pulumi.Map{
		"region": pulumi.String(c.AWS.Region),
	}, p, opts...); err != nil {
		return nil, err
	}
	child := pulumi.Parent(p)
	caller := aws.GetCallerIdentityOutput(ctx, aws.GetCallerIdentityOutputArgs{}, child)
	if c.Cluster.Create != nil {
		warnStranger(ctx, *c.Cluster.Create, caller.Arn())
	}
	if p.buckets, p.key, err = newBuckets(ctx, c, caller.AccountId(), p); err != nil {
		return nil, err
	}
	if *c.Registry.Create {
		if _, err := NewRegistry(ctx, name, c, child); err != nil {
			return nil, err
		}
	}
	if p.cluster, err = clusterOf(ctx, name, c, child); err != nil {
		return nil, err
	}
	if made := c.Cluster.Create; made != nil && *made.Autoscaler.Enabled {
		autoscaler, err := NewAutoscaler(ctx, made.Name, &AutoscalerArgs{
			Image: made.Autoscaler.Image, Way: p.identity, Cluster: p.cluster, Region: p.region,
		}, child)
		if err != nil {
			return nil, err
		}
		p.autoscaler = &autoscaler.Autoscaler
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

// NodeAutoscaler tells how the nodes' autoscaler is told of AWS.
func (p *Platform) NodeAutoscaler() *infra.NodeAutoscaler { return p.autoscaler }

// Bucket returns the name of the bucket that the catalogue calls by this name.
func (p *Platform) Bucket(name string) pulumi.StringOutput { return p.buckets[name].Name }

// Store tells how the fetcher is told of S3.
func (p *Platform) Store() infra.Store {
	env := podEnv(p.region)
	if p.endpoints.Storage != "" {
		env["AWS_ENDPOINT_URL_S3"] = p.endpoints.Storage
	}
	if p.endpoints.Identity != "" {
		env["AWS_ENDPOINT_URL_STS"] = p.endpoints.Identity
	}
	return infra.Store{BucketKey: "S3_BUCKET", PathKey: "S3_MODEL_PATH", Env: env, Reach: p.reach}
}

// Identify makes a service's own role, which can read its prefixes.
func (p *Platform) Identify(ctx *pulumi.Context, args infra.IdentityArgs, opts ...pulumi.ResourceOption) (infra.Identity, error) {
	identity, err := NewIdentity(ctx, args.ServiceAccount, &IdentityArgs{
		Way: p.identity, Cluster: p.cluster, Buckets: p.buckets, Key: p.key, Region: p.region, Identity: args,
	}, append(opts, pulumi.Parent(p))...)
	if err != nil {
		return infra.Identity{}, err
	}
	return identity.Identity, nil
}

// podEnv is what AWS' SDK has to be told in a pod. IMDS does not answer there;
// and since the chain of credentials ends in the node's role, a pod without an
// identity of its own has to fail instead.
func podEnv(region string) map[string]string {
	return map[string]string{"AWS_REGION": region, "AWS_EC2_METADATA_DISABLED": "true"}
}

// tokenPlaces are where a pod takes its token to in its own network; to STS it goes by HTTPS.
func tokenPlaces(way config.PodIdentityMode) []string {
	if way == config.PodIdentity {
		return []string{agent}
	}
	return nil
}

// agent is where a pod takes its token to under Pod Identity: a process on its
// own node, at an address that is the same on every one.
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
const agent = "169.254.170.23:80"
