package infra

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// Ingress has the settings of the cloud's ingress controller.
type Ingress struct {
	// Class is the IngressClass, "" if an annotation selects the controller.
	Class string
	// Annotations of the Ingress.
	Annotations map[string]string
	// NamespaceLabels are labels of the services' namespace.
	NamespaceLabels map[string]string
	// ServiceAnnotations returns the annotations of a Kubernetes Service with pods that have this health check path.
	ServiceAnnotations func(healthPath string) map[string]string
	// SourceRanges are the load balancer's addresses in connections to the pods, in CIDR notation.
	SourceRanges []string
	// ConfigObject is a custom resource of the controller, nil if it has none.
	ConfigObject *IngressConfigObject
}

// IngressConfigObject is a custom resource that configures an ingress controller.
type IngressConfigObject struct {
	APIVersion, Kind string
	// Annotation of the Ingress that has the object's name.
	Annotation string
	// Spec of the object.
	Spec pulumi.Map
}
