// Package infra holds the contract that a cloud fulfils. The clouds below it
// mirror each other: the same files, the same components, the same outputs.
package infra

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Platform is what a cloud hands over to the services that run on it: a
// cluster to run on, buckets to read from, and identities to read as.
type Platform interface {
	// Kubernetes returns the provider that applies objects to the stack's cluster.
	Kubernetes() *kubernetes.Provider
	// Cluster returns what a person needs to reach the cluster.
	Cluster() Cluster
	// Bucket returns the name of the bucket that the catalogue calls by this name.
	Bucket(name string) pulumi.StringOutput
	// Store tells how the fetcher is told of the object store.
	Store() Store
	// Identify makes the identity of one service, which can read its own
	// prefixes and nothing else.
	Identify(ctx *pulumi.Context, args IdentityArgs, opts ...pulumi.ResourceOption) (Identity, error)
}

// Cluster is how a person or a tool reaches the cluster.
type Cluster struct {
	// Name of the cluster.
	Name pulumi.StringOutput
	// Endpoint is the API server's URL.
	Endpoint pulumi.StringOutput
	// Kubeconfig in JSON, without any secret: a plugin of the cloud's CLI logs in.
	Kubeconfig pulumi.StringOutput
}

// Store is a kind of object store, in the words of the fetcher's environment.
type Store struct {
	// BucketKey and PathKey name the variables for the model's bucket and path.
	BucketKey, PathKey string
	// Env is what else the fetcher has to know of this cloud.
	Env map[string]string
	// Reach lists what the fetcher has to reach besides public HTTPS, as HOST:PORT.
	Reach []string
}

// IdentityArgs says whose identity it is and what it may read.
type IdentityArgs struct {
	// Namespace and ServiceAccount are the Kubernetes side of the identity.
	Namespace, ServiceAccount string
	// Grants are the prefixes that it may read.
	Grants []Grant
}

// Grant is read access to the objects of a bucket whose names begin with Prefix.
type Grant struct {
	// Bucket by the catalogue's name.
	Bucket string
	// Prefix ends in "/".
	Prefix string
}

// Identity is one service's identity on a cloud.
type Identity struct {
	// Name of the identity in the cloud's own terms: a principal, a role's ARN.
	Name pulumi.StringOutput
	// Annotations tie the Kubernetes service account to it.
	Annotations pulumi.StringMap
	// Grants are the resources that have to exist before a pod can read.
	Grants []pulumi.Resource
}
