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

	cluster         *Cluster
	buckets         map[string]*Bucket
	key             pulumi.StringOutput
	kubernetes      *kubernetes.Provider
	autoscaler      *infra.ClusterAutoscaler
	region          string
	identityMode    config.PodIdentityMode
	endpoints       config.Endpoints
	egressEndpoints []string
	// Network is the range of the VPC, "" where it is somebody else's; tags are
	// those of whatever is made outside the engine.
	vpcCIDR string
	tags    map[string]string
}

var _ infra.Platform = (*Platform)(nil)

// NewPlatform makes the network, cluster and buckets that c asks for.
func NewPlatform(ctx *pulumi.Context, name string, c config.Config, opts ...pulumi.ResourceOption) (*Platform, error) {
	p := &Platform{region: c.AWS.Region, identityMode: c.Identity, endpoints: c.Endpoints, tags: c.Labels(ctx.Project(), ctx.Stack())}
	if c.Cluster.Create != nil {
		p.vpcCIDR = c.Cluster.Create.Network.CIDR
	}
	var err error
	if p.egressEndpoints, err = infra.EgressEndpoints(c.Endpoints.Storage, c.Endpoints.Identity); err != nil {
		return nil, err
	}
	p.egressEndpoints = append(p.egressEndpoints, podIdentityEndpoints(p.identityMode)...)
	provider, err := aws.NewProvider(ctx, name, &aws.ProviderArgs{
		Region:      pulumi.String(c.AWS.Region),
		DefaultTags: &aws.ProviderDefaultTagsArgs{Tags: pulumi.ToStringMap(c.Labels(ctx.Project(), ctx.Stack()))},
	})
	if err != nil {
		return nil, err
	}
	opts = append(opts, pulumi.Provider(provider))
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Platform", name, pulumi.Map{
		"region": pulumi.String(c.AWS.Region),
	}, p, opts...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(p)
	caller := aws.GetCallerIdentityOutput(ctx, aws.GetCallerIdentityOutputArgs{}, parent)
	if c.Cluster.Create != nil {
		warnIfCallerNotAdmin(ctx, *c.Cluster.Create, caller.Arn())
	}
	if p.buckets, p.key, err = newBuckets(ctx, c, caller.AccountId(), p); err != nil {
		return nil, err
	}
	if *c.Registry.Create {
		if _, err := NewRegistry(ctx, name, c, parent); err != nil {
			return nil, err
		}
	}
	if p.cluster, err = resolveCluster(ctx, name, c, parent); err != nil {
		return nil, err
	}
	if created := c.Cluster.Create; created != nil && *created.Autoscaler.Enabled {
		autoscaler, err := NewClusterAutoscalerRole(ctx, created.Name, &ClusterAutoscalerRoleArgs{
			Image: created.Autoscaler.Image, IdentityMode: p.identityMode, Cluster: p.cluster, Region: p.region,
		}, parent)
		if err != nil {
			return nil, err
		}
		p.autoscaler = &autoscaler.ClusterAutoscaler
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

// ClusterAutoscaler tells how the nodes' autoscaler is told of AWS.
func (p *Platform) ClusterAutoscaler() *infra.ClusterAutoscaler { return p.autoscaler }

// Bucket returns the name of the bucket that the catalogue calls by this name.
func (p *Platform) Bucket(name string) pulumi.StringOutput { return p.buckets[name].Name }

// ObjectStore tells how the fetcher is told of S3.
func (p *Platform) ObjectStore() infra.ObjectStore {
	env := sdkEnv(p.region)
	if p.endpoints.Storage != "" {
		env["AWS_ENDPOINT_URL_S3"] = p.endpoints.Storage
	}
	if p.endpoints.Identity != "" {
		env["AWS_ENDPOINT_URL_STS"] = p.endpoints.Identity
	}
	return infra.ObjectStore{BucketEnvVar: "S3_BUCKET", PathEnvVar: "S3_MODEL_PATH", Env: env, EgressEndpoints: p.egressEndpoints}
}

// NewWorkloadIdentity makes a service's own role, which can read its prefixes.
func (p *Platform) NewWorkloadIdentity(ctx *pulumi.Context, args infra.WorkloadIdentityArgs, opts ...pulumi.ResourceOption) (infra.WorkloadIdentity, error) {
	identity, err := NewWorkloadIdentity(ctx, args.ServiceAccount, &WorkloadIdentityArgs{
		IdentityMode: p.identityMode, Cluster: p.cluster, Buckets: p.buckets, BucketKeyArn: p.key, Region: p.region, Identity: args,
	}, append(opts, pulumi.Parent(p))...)
	if err != nil {
		return infra.WorkloadIdentity{}, err
	}
	return identity.Identity, nil
}

// sdkEnv is what AWS' SDK has to be told in a pod. IMDS does not answer there;
// and since the chain of credentials ends in the node's role, a pod without an
// identity of its own has to fail instead.
func sdkEnv(region string) map[string]string {
	return map[string]string{"AWS_REGION": region, "AWS_EC2_METADATA_DISABLED": "true"}
}

// podIdentityEndpoints are where a pod takes its token to in its own network; to STS it goes by HTTPS.
func podIdentityEndpoints(mode config.PodIdentityMode) []string {
	if mode == config.PodIdentity {
		return []string{podIdentityAgentEndpoint}
	}
	return nil
}

// podIdentityAgentEndpoint is where a pod takes its token to under Pod Identity: a process on its
// own node, at an address that is the same on every one.
// https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
const podIdentityAgentEndpoint = "169.254.170.23:80"
