package infra

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// WorkloadIdentityArgs are the arguments of a cloud's NewWorkloadIdentity.
type WorkloadIdentityArgs struct {
	// Namespace and ServiceAccount of the pods.
	Namespace, ServiceAccount string
	// ReadPrefixes are the objects that the pods may read.
	ReadPrefixes []BucketPrefix
}

// BucketPrefix selects the objects in a bucket whose names begin with Prefix.
type BucketPrefix struct {
	// Bucket is the name in the service catalogue.
	Bucket string
	// Prefix ends in "/".
	Prefix string
}

// WorkloadIdentity is the cloud identity of a service's pods.
type WorkloadIdentity struct {
	// Principal in the cloud's own notation: a member string of Google Cloud, an ARN of AWS.
	Principal pulumi.StringOutput
	// Annotations bind the Kubernetes service account to the identity.
	Annotations pulumi.StringMap
	// DependsOn are the resources that have to exist before a pod can read.
	DependsOn []pulumi.Resource
}
