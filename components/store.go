// Package components holds what runs on a stack's cluster: one component a
// file, the same on every cloud. What a cloud has to provide is declared here,
// as narrowly as the components need it.
package components

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Store is an object store in the words of the fetcher's environment.
type Store struct {
	// BucketKey and PathKey name the variables for the model's bucket and path.
	BucketKey, PathKey string
	// Env is what else the fetcher has to know of the cloud.
	Env map[string]string
	// Reach lists what the fetcher has to reach besides public HTTPS, as HOST:PORT.
	Reach []string
}

// Identity is what a service's pods read the store as.
type Identity struct {
	// Annotations tie the Kubernetes service account to the cloud's identity.
	Annotations pulumi.StringMap
	// Grants are waited for: a pod that starts before them is refused.
	Grants []pulumi.Resource
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
	// File is its place relative to the model folder; an archive is unpacked into the file's folder.
	File     string
	Unpacked bool
	// SHA256 (64 hexadecimal digits) and Version pin the object; either may be empty.
	SHA256, Version string
	// Place, relative to the model folder, is what the server reads: the file, or a folder.
	Place string
	// Env is the server's variable that is set to that place; Mount is a second
	// path at which the server sees it. Both may be empty.
	Env, Mount string
}
