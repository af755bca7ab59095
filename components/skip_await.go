package components

import (
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// skipAwait adds the annotation after which the Kubernetes provider does not wait until a Service has endpoints or an
// Ingress has a load balancer. The Deployment proves that the pods are ready. If they fail, the provider would wait for
// a Service or an Ingress for 10 minutes more, and a refresh would report both as failed.
// https://github.com/pulumi/pulumi-kubernetes/blob/v4.25.0/provider/pkg/await/awaiters.go
// It waits neither for a PodDisruptionBudget nor for a HorizontalPodAutoscaler, and volumes are bound without a pod.
// The deletion of a Service or an Ingress is awaited in any case.
func skipAwait(annotations pulumi.StringMap) pulumi.StringMap {
	result := pulumi.StringMap{"pulumi.com/skipAwait": pulumi.String("true")}
	maps.Copy(result, annotations)
	return result
}
