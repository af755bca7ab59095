// Package eks creates the platform on AWS: an EKS cluster, S3 buckets, ECR repositories, and one IAM role for each
// service, bound by IRSA or by Pod Identity.
package eks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// Platform is the platform of a stack on AWS.
type Platform struct {
	pulumi.ResourceState
	infra.Platform

	cluster      *Cluster
	buckets      *buckets
	region       string
	identityMode config.PodIdentityMode
	iam          config.IAM
	// vpcCIDR is the range of the VPC, "" if the stack does not create it.
	vpcCIDR string
	tags    map[string]string
}

// NewPlatform creates the buckets, the repositories, the network and the cluster that the config asks for.
func NewPlatform(
	ctx *pulumi.Context, name string, args *infra.PlatformArgs, opts ...pulumi.ResourceOption,
) (*Platform, error) {
	c := args.Config
	p := &Platform{region: c.AWS.Region, identityMode: c.Identity, iam: c.IAM, tags: args.Labels}
	p.CSIVolume = p.csiVolume
	p.InjectedEnvVar = injectedEnvVar(c.Identity)
	p.ServerEnv = map[string]string{imdsDisabledEnvVar: "true"}
	var err error
	if p.ObjectStore, err = objectStore(c.AWS.Region, c.Identity, c.Endpoints); err != nil {
		return nil, err
	}
	provider, err := aws.NewProvider(ctx, name, providerArgs(c.AWS, args.Labels))
	if err != nil {
		return nil, err
	}
	if err := ctx.RegisterComponentResourceV2("modelferry:eks:Platform", name, pulumi.Map{
		"region": pulumi.String(c.AWS.Region),
	}, p, append(opts, pulumi.Provider(provider))...); err != nil {
		return nil, err
	}
	parent := pulumi.Parent(p)
	caller, err := aws.GetCallerIdentity(ctx, &aws.GetCallerIdentityArgs{}, parent)
	if err != nil {
		return nil, err
	}
	if c.Cluster.Create != nil {
		if err := checkCaller(ctx, *c.Cluster.Create, caller); err != nil {
			return nil, err
		}
	}
	p.buckets, err = newBuckets(ctx, &bucketsArgs{
		Buckets: c.Buckets, Account: caller.AccountId,
		Name: func(bucket string) string { return c.BucketName(caller.AccountId, ctx.Stack(), bucket) },
	}, parent)
	if err != nil {
		return nil, err
	}
	p.Buckets = p.buckets.names()
	if *c.Registry.Create {
		if _, err := NewRegistry(ctx, name, &RegistryArgs{
			Name: c.Registry.Name, Images: append([]string{"fetcher"}, c.ServiceNames()...),
			UntaggedDays: c.Registry.UntaggedDays, Readers: c.Registry.Readers, ForceDelete: c.Buckets.ForceDestroy,
		}, parent); err != nil {
			return nil, err
		}
	}
	if p.cluster, err = p.newCluster(ctx, name, args, parent); err != nil {
		return nil, err
	}
	p.Cluster, p.Network = p.cluster.Cluster, p.cluster.Network
	if p.ClusterAutoscaler, err = p.newClusterAutoscaler(ctx, c.Cluster.Create, parent); err != nil {
		return nil, err
	}
	p.Kubernetes, err = p.cluster.NewKubernetesProvider(ctx, name, args.RenderDir, parent)
	return p, err
}

// newCluster creates the cluster, or looks up the existing one.
func (p *Platform) newCluster(
	ctx *pulumi.Context, name string, args *infra.PlatformArgs, opts ...pulumi.ResourceOption,
) (*Cluster, error) {
	c := args.Config
	if c.Cluster.Create == nil {
		return LookupCluster(ctx, name, &LookupClusterArgs{
			AWS: c.AWS, Name: c.Cluster.Existing, IdentityMode: p.identityMode,
		}, opts...)
	}
	p.vpcCIDR = c.Cluster.Create.Network.CIDR
	network, err := resolveNetwork(ctx, c.Cluster.Create.Name, p.region, c.Cluster.Create.Network, opts...)
	if err != nil {
		return nil, err
	}
	return NewCluster(ctx, name, &ClusterArgs{
		AWS: c.AWS, IAM: c.IAM, Region: p.region, Network: network, Spec: *c.Cluster.Create, GPU: c.GPUNodePool(),
		InstallCSIDriver: c.NeedsCSIDriver(), RetainLogs: !c.Buckets.ForceDestroy, Tags: args.Labels,
	}, opts...)
}

// newClusterAutoscaler creates the role of the Cluster Autoscaler and returns its settings, nil if the stack does not
// run it.
func (p *Platform) newClusterAutoscaler(
	ctx *pulumi.Context, spec *config.ClusterSpec, opts ...pulumi.ResourceOption,
) (*infra.ClusterAutoscaler, error) {
	if spec == nil || !*spec.Autoscaler.Enabled {
		return nil, nil
	}
	role, err := NewClusterAutoscalerRole(ctx, spec.Name, &ClusterAutoscalerRoleArgs{
		Image: spec.Autoscaler.Image, IdentityMode: p.identityMode, Cluster: p.cluster, IAM: p.iam, Region: p.region,
	}, opts...)
	if err != nil {
		return nil, err
	}
	return &role.ClusterAutoscaler, nil
}

// NewWorkloadIdentity creates the IAM role of a service's pods, which can read its prefixes.
func (p *Platform) NewWorkloadIdentity(
	ctx *pulumi.Context, name string, args *infra.WorkloadIdentityArgs, opts ...pulumi.ResourceOption,
) (*infra.WorkloadIdentity, error) {
	identity, err := NewWorkloadIdentity(ctx, name, &WorkloadIdentityArgs{
		WorkloadIdentityArgs: *args,
		IdentityMode:         p.identityMode, Cluster: p.cluster, BucketArns: p.buckets.arns(), KMSKeyArn: p.buckets.keyArn,
		IAM: p.iam, Region: p.region,
	}, append(opts, pulumi.Parent(p))...)
	if err != nil {
		return nil, err
	}
	return &identity.WorkloadIdentity, nil
}
