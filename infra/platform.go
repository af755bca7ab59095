// Package infra is the contract between the clouds and the program: the data that a cloud's platform provides.
// The packages gke and eks implement it with the same file names, component types and outputs.
package infra

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Platform is what a cloud provides to the services of a stack. Each cloud's own Platform embeds it.
type Platform struct {
	// Kubernetes is the provider that applies objects to the stack's cluster.
	Kubernetes *kubernetes.Provider
	// Cluster is where the services run.
	Cluster Cluster
	// Network of the cluster's nodes.
	Network Network
	// ClusterAutoscaler has the cloud's settings of the Kubernetes Cluster Autoscaler.
	// It is nil if the stack does not run one.
	ClusterAutoscaler *ClusterAutoscaler
	// Buckets are the names of the buckets, by their names in the service catalogue.
	Buckets map[string]pulumi.StringOutput
	// ObjectStore has the fetcher's settings for the cloud's object store.
	ObjectStore ObjectStore
	// ServerEnv are variables of the model servers. A variable of the config with the same name replaces one.
	ServerEnv map[string]string
	// InjectedEnvVar is the variable that the cloud's webhook sets in a pod with an identity, "" if there is no webhook.
	InjectedEnvVar string
	// CSIVolume returns a volume of the objects in a bucket whose names begin with prefix, which ends in "/".
	CSIVolume func(prefix string) CSIVolume
}

// PlatformArgs are the arguments of a cloud's NewPlatform.
type PlatformArgs struct {
	// Config of the stack, validated.
	Config config.Config
	// Labels of every resource that can have labels or tags.
	Labels map[string]string
	// RenderDir is the directory to which the Kubernetes provider writes the objects, "" to apply them.
	RenderDir string
}

// Cluster is a Kubernetes cluster, created by the stack or existing.
type Cluster struct {
	// ID of the cluster in the cloud. It stays the same while the endpoint and the certificate change.
	ID pulumi.StringOutput
	// Name of the cluster.
	Name pulumi.StringOutput
	// Endpoint is the URL of the API server.
	Endpoint pulumi.StringOutput
	// Kubeconfig in JSON. It has no credentials: a plugin of the cloud's CLI gets a token.
	Kubeconfig pulumi.StringOutput
	// ProviderKubeconfig is the same for the program's own Kubernetes provider. It logs in with the credentials of the
	// cloud's provider, which need not be those of the cloud's CLI.
	ProviderKubeconfig pulumi.StringOutput
	// IdentityProvider issues the identities of the cluster's pods: the ARN of the OIDC provider in IAM, "" if the stack
	// does not use one, or the name of the workload identity pool.
	IdentityProvider pulumi.StringOutput
	// SecurityGroup is the ID of the cluster's security group on AWS, which the nodes and the API server have. It is ""
	// on Google Cloud, where firewall rules select nodes by tags.
	SecurityGroup pulumi.StringOutput
	// Ready are the resources that have to exist before the cluster can run a pod.
	Ready []pulumi.Resource
}

// Network is the network of a cluster, in the cloud's own notation.
type Network struct {
	// ID of the VPC, or self link or name of the VPC network.
	ID pulumi.StringOutput
	// Subnets of the nodes, and PublicSubnets of the load balancers, which only a network on AWS has.
	Subnets, PublicSubnets pulumi.StringArrayOutput
}

// NewKubernetesProvider returns the provider that applies objects to the cluster by server-side apply. Without an
// identifier, Pulumi takes another endpoint for another cluster and replaces every object, for example on GKE when the
// public endpoint is closed.
// https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/#inputs
//
// If renderDir is not empty, the provider writes the objects to that directory as YAML files and needs no cluster.
func (c Cluster) NewKubernetesProvider(
	ctx *pulumi.Context, name, renderDir string, opts ...pulumi.ResourceOption,
) (*kubernetes.Provider, error) {
	args := &kubernetes.ProviderArgs{
		Kubeconfig: c.ProviderKubeconfig, ClusterIdentifier: c.ID, EnableServerSideApply: pulumi.Bool(true),
	}
	if renderDir != "" {
		// The provider refuses a kubeconfig beside it. The SDK would set one from KUBECONFIG if it were nil.
		args.Kubeconfig, args.RenderYamlToDirectory = pulumi.String(""), pulumi.String(renderDir)
	}
	return kubernetes.NewProvider(ctx, name, args, append(opts, pulumi.DependsOn(c.Ready))...)
}
