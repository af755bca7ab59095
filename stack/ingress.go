package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/components"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// configureIngress returns how the cloud lets requests in; nothing of it is set where the
// stack has no ingress.
func configureIngress(ctx *pulumi.Context, c config.Config, platform infra.Platform) (infra.Ingress, error) {
	if c.Ingress == nil {
		return infra.Ingress{}, nil
	}
	return platform.Ingress(ctx, *c.Ingress)
}

func serviceAnnotations(ingress infra.Ingress, w config.Workload) map[string]string {
	if ingress.ServiceAnnotations == nil {
		return nil
	}
	return ingress.ServiceAnnotations(w.Health.Path)
}

// deployIngress makes the ingress, where there is one and a service to lead to. It
// comes after the services: a controller looks at their pods' health checks.
func deployIngress(ctx *pulumi.Context, c config.Config, platform infra.Platform, namespace *components.Namespace, ingress infra.Ingress, services []deployedService) error {
	if c.Ingress == nil || len(services) == 0 {
		return nil
	}
	var routes []components.Route
	var ready []pulumi.Resource
	for _, service := range services {
		routes = append(routes, components.Route{Path: service.workload.Path, Service: service.Service})
		ready = append(ready, service.Ready...)
	}
	_, err := components.NewIngress(ctx, c.Namespace, &components.IngressArgs{
		Namespace: namespace.Name, Labels: c.Labels(ctx.Project(), ctx.Stack()),
		Host: c.Ingress.Host, Class: ingress.Class, Annotations: ingress.Annotations, Routes: routes,
		ConfigObject: (*components.IngressConfigObject)(ingress.ConfigObject),
	}, pulumi.Provider(platform.Kubernetes()), pulumi.DependsOn(ready))
	return err
}
