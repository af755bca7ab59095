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
	// ServiceConfigObject returns a custom resource of the controller for a Kubernetes Service, whose pods have this
	// health check path and termination grace period. It is nil if the controller has none.
	ServiceConfigObject func(healthPath string, gracePeriodSeconds int) *IngressConfigObject
	// SourceRanges are the load balancer's addresses in connections to the pods, in CIDR notation.
	SourceRanges []string
	// ConfigObject is a custom resource of the controller, nil if it has none.
	ConfigObject *IngressConfigObject
}

// IngressConfigObject is a custom resource that configures an ingress controller.
type IngressConfigObject struct {
	APIVersion, Kind string
	// Annotation by which the Ingress or the Service refers to the object.
	Annotation string
	// AnnotationValue returns the value of the annotation, nil if it is the object's name.
	AnnotationValue func(name string) string
	// Spec of the object.
	Spec pulumi.Map
}
