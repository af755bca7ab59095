package components

import (
	"maps"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	// partOfLabel is the label of every object, with the value project.
	partOfLabel = "app.kubernetes.io/part-of"
	project     = "modelferry"
	// tierLabel is the label of the objects of services, with the value serviceTier.
	tierLabel   = "tier"
	serviceTier = "ml-service"
)

// objectLabels returns the labels of an object: extra, and the stack's labels under our own domain.
func objectLabels(stackLabels, extra map[string]string) pulumi.StringMap {
	labels := map[string]string{partOfLabel: project}
	for key, value := range stackLabels {
		labels["modelferry.dev/"+key] = value
	}
	maps.Copy(labels, extra)
	return pulumi.ToStringMap(labels)
}

// serviceLabels returns the labels of the objects of a service. name is its name in the config.
func serviceLabels(stackLabels map[string]string, name, deployment string) pulumi.StringMap {
	return objectLabels(stackLabels, map[string]string{
		"app": deployment, "app.kubernetes.io/name": name, tierLabel: serviceTier,
	})
}
