// Package components holds what runs on a stack's cluster: one component a
// file, the same on every cloud. What a cloud has to provide is declared here,
// as narrowly as the components need it.
package components

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ObjectStore is an object store in the words of the fetcher's environment.
type ObjectStore struct {
	// BucketEnvVar and PathEnvVar name the variables for the model's bucket and path.
	BucketEnvVar, PathEnvVar string
	// Env is what else the fetcher has to know of the cloud.
	Env map[string]string
	// EgressEndpoints lists what the fetcher has to reach besides public HTTPS, as HOST:PORT.
	EgressEndpoints []string
}

// WorkloadIdentity is what a service's pods read the store as.
type WorkloadIdentity struct {
	// Annotations tie the Kubernetes service account to the cloud's identity.
	Annotations pulumi.StringMap
	// DependsOn are waited for: a pod that starts before them is refused.
	DependsOn []pulumi.Resource
}

// Artifact is an object in a bucket and its place in the pod.
type Artifact struct {
	// Name of the artifact, for people.
	Name string
	// Bucket and Path of the object, or of a folder that is mounted; the bucket
	// is called BucketName in the catalogue.
	Bucket     pulumi.StringInput
	BucketName string
	Path       string
	// Dest is its place relative to the model folder; an archive is unpacked into the file's folder.
	Dest    string
	Extract bool
	// SHA256 (64 hexadecimal digits) and Version pin the object; either may be empty.
	SHA256, Version string
	// ServerPath, relative to the model folder, is what the server reads: the file, or a folder.
	ServerPath string
	// EnvVar is the server's variable that is set to that place; Mount is a second
	// path at which the server sees it. Both may be empty.
	EnvVar, MountPath string
}
