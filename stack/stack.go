// Package stack is the Pulumi program: it loads the config, creates the platform and deploys the services.
package stack

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/components"
	"github.com/modelferry/modelferry/config"
)

// Program is one run of the program.
type Program struct {
	// ConfigKeys are the stack's config keys, for finding unknown ones. Only a pulumi.RunOption gets them from the
	// engine. Nil skips the check.
	ConfigKeys []string
	// RenderDir is a directory to which the Kubernetes objects are written as YAML files. Nothing is applied then, and no
	// cluster is contacted. "" applies them.
	RenderDir string
	// IncludeUnpublished registers the resources of releases that are not published, too. It is for plans and rendered
	// objects, because their pods would not start.
	IncludeUnpublished bool
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

// Deploy registers the resources that the config asks for and exports the stack's outputs. If the config is invalid, it
// registers nothing.
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
	warnings := slices.Concat(c.UnpublishedWarnings(ctx.Stack()), c.Warnings())
	if warning := c.EndpointWarning(machineAddresses()); warning != "" {
		warnings = append(warnings, warning)
	}
	for _, warning := range warnings {
		if err := ctx.Log.Warn(warning, nil); err != nil {
			return nil, err
		}
	}
	if p.IncludeUnpublished {
		c = c.WithUnpublished()
	}
	if err := checkNoneWithdrawn(ctx, c); err != nil {
		return nil, err
	}
	platform, err := newPlatform(ctx, c, p.RenderDir)
	if err != nil {
		return nil, err
	}
	admission, err := newAdmissionPolicy(ctx, c, platform)
	if err != nil {
		return nil, err
	}
	if err := deployClusterAutoscaler(ctx, c, platform, admission); err != nil {
		return nil, err
	}
	ingress, err := configureIngress(ctx, c, platform)
	if err != nil {
		return nil, err
	}
	namespace, err := components.NewNamespace(ctx, c.Namespace, &components.NamespaceArgs{
		Name: c.Namespace, Labels: c.Labels(ctx.Project(), ctx.Stack()), NamespaceLabels: ingress.NamespaceLabels,
		DefaultDeny: *c.NetworkPolicy.Enabled, Quota: c.Quota, ContainerDefaults: c.ContainerDefaults,
	}, pulumi.Provider(platform.Kubernetes))
	if err != nil {
		return nil, err
	}
	identities, err := newServiceIdentities(ctx, c, platform, namespace)
	if err != nil {
		return nil, err
	}
	var services []deployedService
	for _, workload := range c.Workloads() {
		service, err := deployService(ctx, c, platform, namespace, ingress, admission, workload, identities[workload.Name])
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

// machineAddresses returns the addresses of the machine that runs the program. Without any, the result is only a
// warning.
func machineAddresses() []netip.Addr {
	interfaceAddrs, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var addresses []netip.Addr
	for _, address := range interfaceAddrs {
		if prefix, err := netip.ParsePrefix(address.String()); err == nil {
			addresses = append(addresses, prefix.Addr().Unmap())
		}
	}
	return addresses
}

// outputs returns the stack's outputs. Their names are the same on every cloud.
func outputs(c config.Config, platform *platform, services []deployedService) pulumi.Map {
	serviceOutputs := pulumi.Map{}
	for _, service := range services {
		serviceOutputs[service.workload.Name] = service.outputs(c, platform)
	}
	buckets := pulumi.StringMap{}
	for name, bucket := range platform.Buckets {
		buckets[name] = bucket
	}
	return pulumi.Map{
		"cloud": pulumi.String(string(c.Cloud)),
		"cluster": pulumi.StringMap{
			"name": platform.Cluster.Name, "endpoint": platform.Cluster.Endpoint,
			"identityProvider": platform.Cluster.IdentityProvider, "securityGroup": platform.Cluster.SecurityGroup,
		},
		"network": pulumi.Map{
			"id": platform.Network.ID, "subnets": platform.Network.Subnets, "publicSubnets": platform.Network.PublicSubnets,
		},
		"kubeconfig": platform.Cluster.Kubeconfig,
		"namespace":  pulumi.String(c.Namespace),
		"buckets":    buckets,
		"services":   serviceOutputs,
	}
}
