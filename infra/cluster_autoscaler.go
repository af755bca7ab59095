package infra

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Namespace and service account of the Kubernetes Cluster Autoscaler.
const (
	ClusterAutoscalerNamespace      = "kube-system"
	ClusterAutoscalerServiceAccount = "cluster-autoscaler"
)

// ClusterAutoscaler has the cloud's settings of the Kubernetes Cluster Autoscaler.
type ClusterAutoscaler struct {
	// Image with its version.
	Image string
	// Flags select the cloud provider and its node groups.
	Flags pulumi.StringArray
	// Env has further settings of the cloud's SDK.
	Env map[string]string
	// Annotations bind the Kubernetes service account to its identity on the cloud.
	Annotations pulumi.StringMap
	// EgressEndpoints are the endpoints besides DNS and HTTPS that it connects to, as HOST:PORT.
	EgressEndpoints []string
	// DependsOn are the resources that have to exist before it starts.
	DependsOn []pulumi.Resource
}
