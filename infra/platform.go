// Package infra holds the contract that a cloud fulfils. The clouds below it
// mirror each other: the same files, the same components but for what one of
// them has by itself, the same outputs.
package infra

import (
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/config"
)

// Platform is what a cloud hands over to the services that run on it: a
// cluster to run on, buckets to read from, and identities to read as.
type Platform interface {
	// Kubernetes returns the provider that applies objects to the stack's cluster.
	Kubernetes() *kubernetes.Provider
	// Cluster returns what a person needs to reach the cluster.
	Cluster() Cluster
	// NodeAutoscaler tells how the autoscaler of the nodes is told of the cloud,
	// nil where the stack has none to run.
	NodeAutoscaler() *NodeAutoscaler
	// Bucket returns the name of the bucket that the catalogue calls by this name.
	Bucket(name string) pulumi.StringOutput
	// Store tells how the fetcher is told of the object store.
	Store() Store
	// Ingress makes what the cloud's load balancer needs besides the Ingress, and
	// tells how it is told of the services.
	Ingress(ctx *pulumi.Context, i config.Ingress) (Ingress, error)
	// Mount tells how the cloud mounts the objects of a bucket whose names begin with prefix.
	Mount(prefix string) Mount
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

// The nodes' autoscaler runs in the system's namespace, as a service account of its own.
const (
	AutoscalerNamespace = "kube-system"
	AutoscalerAccount   = "cluster-autoscaler"
)

// NodeAutoscaler is how the Kubernetes Cluster Autoscaler finds a cloud's nodes.
type NodeAutoscaler struct {
	// Image of it, with its version.
	Image string
	// Flags that name the cloud and the groups of nodes.
	Flags pulumi.StringArray
	// Env is what else it has to know of the cloud.
	Env map[string]string
	// Annotations tie its service account to its identity on the cloud.
	Annotations pulumi.StringMap
	// Reach lists what it has to reach besides HTTPS, as HOST:PORT.
	Reach []string
	// Needs are the resources that have to exist before it can do anything.
	Needs []pulumi.Resource
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

// Ingress is how a cloud's load balancer controller is told what to make.
type Ingress struct {
	// Class of the controller, "" where an annotation names it.
	Class string
	// Annotations of the Ingress; Marks are labels of the services' namespace.
	Annotations, Marks map[string]string
	// Service returns the annotations of a Kubernetes Service whose pods answer at a health check's path.
	Service func(health string) map[string]string
	// Sources are the ranges that the load balancer speaks to the pods from, in CIDR notation.
	Sources []string
	// Companion is an object of the controller's own kind, nil where it has none.
	Companion *Companion
}

// Companion is an object beside an Ingress, of a kind that its controller brings.
type Companion struct {
	APIVersion, Kind string
	// Annotation of the Ingress that names it.
	Annotation string
	// Spec of it.
	Spec pulumi.Map
}

// Mount is how a cloud's driver mounts a part of a bucket, read-only.
type Mount struct {
	// Driver by the name that the cluster knows it by.
	Driver string
	// Prefix of the bucket that is mounted, ending in "/".
	Prefix string
	// Attributes are what the driver is told besides the bucket's name, and Options those of the mount.
	Attributes map[string]string
	Options    []string
	// Inline tells that a pod may name the bucket itself, without a PersistentVolume.
	Inline bool
	// Annotations of the pods that the driver looks for.
	Annotations map[string]string
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
