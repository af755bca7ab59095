// Package stack is the program: it reads the config, picks the platform and
// deploys the services.
package stack

import (
	"fmt"
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/components"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
	"github.com/modelferry/modelferry/infra/eks"
	"github.com/modelferry/modelferry/infra/gke"
)

// Program is one run of the program.
type Program struct {
	// ConfigKeys are the stack's config keys, so that a misspelt one is found. The
	// SDK shows them only to those who start the program; nil skips the check.
	ConfigKeys []string
}

// Run runs the program under the Pulumi engine.
func Run() {
	var p Program
	pulumi.Run(p.Deploy, p.ReadConfigKeys)
}

// ReadConfigKeys is a pulumi.RunOption that reads the stack's config keys from the engine.
func (p *Program) ReadConfigKeys(info *pulumi.RunInfo) {
	p.ConfigKeys = slices.Sorted(maps.Keys(info.Config))
}

// Deploy declares everything that the stack's config asks for. Nothing is
// declared when the config has a fault.
func (p *Program) Deploy(ctx *pulumi.Context) error {
	outputs, err := p.RegisterResources(ctx)
	if err != nil {
		return err
	}
	for name, value := range outputs {
		ctx.Export(name, value)
	}
	return nil
}

// RegisterResources registers the resources that the config asks for and returns the stack's outputs.
func (p *Program) RegisterResources(ctx *pulumi.Context) (pulumi.Map, error) {
	c, err := config.Load(ctx, p.ConfigKeys)
	if err != nil {
		return nil, err
	}
	for _, warning := range c.Warnings() {
		if err := ctx.Log.Warn(warning, nil); err != nil {
			return nil, err
		}
	}
	platform, err := newPlatform(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := deployClusterAutoscaler(ctx, c, platform); err != nil {
		return nil, err
	}
	ingress, err := configureIngress(ctx, c, platform)
	if err != nil {
		return nil, err
	}
	namespace, err := components.NewNamespace(ctx, c.Namespace, &components.NamespaceArgs{
		Name: c.Namespace, Labels: c.Labels(ctx.Project(), ctx.Stack()), NamespaceLabels: ingress.NamespaceLabels, DefaultDeny: *c.NetworkPolicy.Enabled,
		Quota: quota(c.Quota), ContainerDefaults: containerDefaults(c.ContainerDefaults),
	}, pulumi.Provider(platform.Kubernetes()))
	if err != nil {
		return nil, err
	}
	var services []deployedService
	for _, workload := range c.Workloads() {
		service, err := deployService(ctx, c, platform, namespace, ingress, workload)
		if err != nil {
			return nil, fmt.Errorf("service %q: %w", workload.Name, err)
		}
		services = append(services, service)
	}
	if err := deployIngress(ctx, c, platform, namespace, ingress, services); err != nil {
		return nil, err
	}
	return outputs(c, platform, services), nil
}

// deployClusterAutoscaler runs the nodes' autoscaler, where the cloud has none of its own.
func deployClusterAutoscaler(ctx *pulumi.Context, c config.Config, platform infra.Platform) error {
	settings := platform.ClusterAutoscaler()
	if settings == nil {
		return nil
	}
	_, err := components.NewClusterAutoscaler(ctx, infra.ClusterAutoscalerServiceAccount, &components.ClusterAutoscalerArgs{
		Namespace: infra.ClusterAutoscalerNamespace, Labels: c.Labels(ctx.Project(), ctx.Stack()),
		Image: settings.Image, Flags: settings.Flags, Env: settings.Env, Annotations: settings.Annotations,
		NetworkPolicy: *c.NetworkPolicy.Enabled, EgressEndpoints: settings.EgressEndpoints,
	}, pulumi.Provider(platform.Kubernetes()), pulumi.DependsOn(settings.DependsOn))
	return err
}

// newPlatform is the only place that knows which clouds there are.
func newPlatform(ctx *pulumi.Context, c config.Config) (infra.Platform, error) {
	switch c.Cloud {
	case config.GKE:
		return gke.NewPlatform(ctx, ctx.Project(), c)
	case config.EKS:
		return eks.NewPlatform(ctx, ctx.Project(), c)
	}
	return nil, fmt.Errorf("unknown cloud %q: set modelferry:cloud to gke or eks", c.Cloud)
}

// outputs are the stack's, of the same names on every cloud.
func outputs(c config.Config, platform infra.Platform, services []deployedService) pulumi.Map {
	serviceOutputs := pulumi.Map{}
	for _, service := range services {
		serviceOutputs[service.workload.Name] = service.outputs(c, platform)
	}
	buckets := pulumi.StringMap{}
	for _, name := range config.BucketNames() {
		buckets[name] = platform.Bucket(name)
	}
	cluster := platform.Cluster()
	return pulumi.Map{
		"cloud":      pulumi.String(string(c.Cloud)),
		"cluster":    pulumi.StringMap{"name": cluster.Name, "endpoint": cluster.Endpoint},
		"kubeconfig": cluster.Kubeconfig,
		"namespace":  pulumi.String(c.Namespace),
		"buckets":    buckets,
		"services":   serviceOutputs,
	}
}
