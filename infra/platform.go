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
	// ClusterAutoscaler tells how the autoscaler of the nodes is told of the cloud,
	// nil where the stack has none to run.
	ClusterAutoscaler() *ClusterAutoscaler
	// Bucket returns the name of the bucket that the catalogue calls by this name.
	Bucket(name string) pulumi.StringOutput
	// ObjectStore tells how the fetcher is told of the object store.
	ObjectStore() ObjectStore
	// Ingress makes what the cloud's load balancer needs besides the Ingress, and
	// tells how it is told of the services.
	Ingress(ctx *pulumi.Context, i config.Ingress) (Ingress, error)
	// CSIVolume tells how the cloud mounts the objects of a bucket whose names begin with prefix.
	CSIVolume(prefix string) CSIVolume
	// NewWorkloadIdentity makes the identity of one service, which can read its own
	// prefixes and nothing else.
	NewWorkloadIdentity(ctx *pulumi.Context, args WorkloadIdentityArgs, opts ...pulumi.ResourceOption) (WorkloadIdentity, error)
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
	ClusterAutoscalerNamespace      = "kube-system"
	ClusterAutoscalerServiceAccount = "cluster-autoscaler"
)

// ClusterAutoscaler is how the Kubernetes Cluster Autoscaler finds a cloud's nodes.
type ClusterAutoscaler struct {
	// Image of it, with its version.
	Image string
	// Flags that name the cloud and the groups of nodes.
	Flags pulumi.StringArray
	// Env is what else it has to know of the cloud.
	Env map[string]string
	// Annotations tie its service account to its identity on the cloud.
	Annotations pulumi.StringMap
	// EgressEndpoints lists what it has to reach besides HTTPS, as HOST:PORT.
	EgressEndpoints []string
	// DependsOn are the resources that have to exist before it can do anything.
	DependsOn []pulumi.Resource
}

// ObjectStore is a kind of object store, in the words of the fetcher's environment.
type ObjectStore struct {
	// BucketEnvVar and PathEnvVar name the variables for the model's bucket and path.
	BucketEnvVar, PathEnvVar string
	// Env is what else the fetcher has to know of this cloud.
	Env map[string]string
	// EgressEndpoints lists what the fetcher has to reach besides public HTTPS, as HOST:PORT.
	EgressEndpoints []string
}

// Ingress is how a cloud's load balancer controller is told what to make.
type Ingress struct {
	// Class of the controller, "" where an annotation names it.
	Class string
	// Annotations of the Ingress; Marks are labels of the services' namespace.
	Annotations, NamespaceLabels map[string]string
	// ServiceAnnotations returns the annotations of a Kubernetes Service whose pods answer at a health check's path.
	ServiceAnnotations func(health string) map[string]string
	// SourceRanges are the ranges that the load balancer speaks to the pods from, in CIDR notation.
	SourceRanges []string
	// ConfigObject is an object of the controller's own kind, nil where it has none.
	ConfigObject *IngressConfigObject
}

// IngressConfigObject is an object beside an Ingress, of a kind that its controller brings.
type IngressConfigObject struct {
	APIVersion, Kind string
	// Annotation of the Ingress that names it.
	Annotation string
	// Spec of it.
	Spec pulumi.Map
}

// CSIVolume is how a cloud's driver mounts a part of a bucket, read-only.
type CSIVolume struct {
	// Driver by the name that the cluster knows it by.
	Driver string
	// Prefix of the bucket that is mounted, ending in "/".
	Prefix string
	// Attributes are what the driver is told besides the bucket's name, and Options those of the mount.
	Attributes   map[string]string
	MountOptions []string
	// Ephemeral tells that a pod may name the bucket itself, without a PersistentVolume.
	Ephemeral bool
	// Annotations of the pods that the driver looks for.
	Annotations map[string]string
}

// WorkloadIdentityArgs says whose identity it is and what it may read.
type WorkloadIdentityArgs struct {
	// Namespace and ServiceAccount are the Kubernetes side of the identity.
	Namespace, ServiceAccount string
	// ReadPrefixes are the prefixes that it may read.
	ReadPrefixes []BucketPrefix
}

// BucketPrefix is read access to the objects of a bucket whose names begin with Prefix.
type BucketPrefix struct {
	// Bucket by the catalogue's name.
	Bucket string
	// Prefix ends in "/".
	Prefix string
}

// WorkloadIdentity is one service's identity on a cloud.
type WorkloadIdentity struct {
	// Name of the identity in the cloud's own terms: a principal, a role's ARN.
	Name pulumi.StringOutput
	// Annotations tie the Kubernetes service account to it.
	Annotations pulumi.StringMap
	// DependsOn are the resources that have to exist before a pod can read.
	DependsOn []pulumi.Resource
}
