package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/components"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// configureIngress returns the settings of the cloud's ingress controller. They are empty if the stack has no Ingress.
func configureIngress(ctx *pulumi.Context, c config.Config, platform *platform) (*infra.Ingress, error) {
	if c.Ingress == nil {
		return &infra.Ingress{}, nil
	}
	return platform.NewIngress(ctx, ctx.Project(), c.Ingress)
}

func serviceAnnotations(ingress *infra.Ingress, w config.Workload) map[string]string {
	if ingress.ServiceAnnotations == nil {
		return nil
	}
	return ingress.ServiceAnnotations(w.Health.Path)
}

// deployIngress creates the Ingress if the stack has one and at least one service. It depends on the services, since
// some controllers read the health checks from their pods.
func deployIngress(
	ctx *pulumi.Context, c config.Config, platform *platform, namespace *components.Namespace, ingress *infra.Ingress,
	services []deployedService,
) error {
	if c.Ingress == nil || len(services) == 0 {
		return nil
	}
	var routes []components.Route
	var dependsOn []pulumi.Resource
	for _, service := range services {
		routes = append(routes, components.Route{Path: service.workload.Path, Service: service.Service})
		dependsOn = append(dependsOn, service.Ready...)
	}
	_, err := components.NewIngress(ctx, c.Namespace, &components.IngressArgs{
		Namespace: namespace.Name, Labels: c.Labels(ctx.Project(), ctx.Stack()),
		Host: c.Ingress.Host, Class: ingress.Class, Annotations: ingress.Annotations, Routes: routes,
		ConfigObject: ingress.ConfigObject,
	}, pulumi.Provider(platform.Kubernetes), pulumi.DependsOn(dependsOn))
	return err
}
