package stack

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/components"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// deployedService is a service with the identity of its pods.
type deployedService struct {
	*components.ModelService
	workload config.Workload
	identity serviceIdentity
}

// deployService creates the service's Kubernetes objects, except for those of its identity.
func deployService(
	ctx *pulumi.Context, c config.Config, platform *platform, namespace *components.Namespace, ingress *infra.Ingress,
	admission *components.AdmissionPolicy, w config.Workload, identity serviceIdentity,
) (deployedService, error) {
	service, err := components.NewModelService(ctx, w.Name, &components.ModelServiceArgs{
		Namespace:       namespace.Name,
		Labels:          c.Labels(ctx.Project(), ctx.Stack()),
		Deployment:      w.Deployment,
		Service:         w.Service.Service,
		ModelFolder:     w.ModelFolder,
		VolumeBytes:     w.VolumeBytes(),
		Artifacts:       w.Artifacts,
		Buckets:         platform.Buckets,
		Fetcher:         fetcher(c.Fetcher),
		Server:          server(c, platform, w),
		Autoscaling:     w.Autoscaling,
		DedicatedNodes:  c.Cluster.Create != nil,
		RolloutDeadline: c.RolloutDeadline(w),
		ObjectStore:     platform.ObjectStore,
		ServiceAccount:  identity.serviceAccount.Name,
		DependsOn:       identity.DependsOn,
		AdmissionPolicy: admission,
		NetworkPolicy:   networkPolicy(c, platform.ObjectStore, ingress.SourceRanges, w),
		CSIVolume:       csiVolume(platform, w),
		ServiceMonitor:  serviceMonitor(c.Monitoring, w),
		PodMonitoring:   podMonitoring(c.Monitoring, w),

		ServiceAnnotations:  serviceAnnotations(ingress, w),
		ServiceConfigObject: ingress.ServiceConfigObject,
	}, pulumi.Provider(platform.Kubernetes))
	return deployedService{service, w, identity}, err
}

// outputs returns the service's part of the stack's outputs.
func (d deployedService) outputs(c config.Config, platform *platform) pulumi.Map {
	model := d.workload.Artifacts[0]
	digest := model.SHA256
	if d.workload.UsesCSI {
		digest = "" // only the fetcher verifies it
	}
	outputs := pulumi.Map{
		"deployment": d.Deployment,
		"service":    d.Service,
		"identity":   d.identity.Principal,
		"config":     d.Config,
		"model": pulumi.StringMap{
			"bucket": platform.Buckets[model.Bucket], "path": pulumi.String(model.Path), "sha256": pulumi.String(digest),
		},
	}
	if c.Ingress != nil {
		outputs["url"] = pulumi.String("https://" + c.Ingress.Host + d.workload.Path)
	}
	return outputs
}

func fetcher(f config.Fetcher) components.FetcherArgs {
	return components.FetcherArgs{
		Image: f.Image, Retries: f.Retries, Backoff: f.Backoff, Timeout: f.Timeout, IdentityWait: f.IdentityWaitOrZero(),
		Parallel: f.Parallel, PartBytes: f.PartSizeBytes(), Archives: f.Archives, Resources: f.Resources,
	}
}

func server(c config.Config, platform *platform, w config.Workload) components.ServerArgs {
	env := map[string]string{}
	maps.Copy(env, platform.ServerEnv)
	maps.Copy(env, w.Env)
	return components.ServerArgs{
		GPUs: c.GPUsFor(w), Image: w.Image, Port: w.Port, Env: env, Resources: w.Resources,
		HealthPath: w.Health.Path, Startup: w.Health.Startup,
		MetricsPath: metricsPath(w), ScrapeAnnotations: *c.Monitoring.Annotations,
		BehindLoadBalancer: c.Ingress != nil,
	}
}

// metricsPath returns the path that Prometheus scrapes, "" for none.
func metricsPath(w config.Workload) string {
	if w.Metrics == "-" {
		return ""
	}
	return w.Metrics
}

func serviceMonitor(m config.Monitoring, w config.Workload) *components.ServiceMonitor {
	if !m.ServiceMonitors || metricsPath(w) == "" {
		return nil
	}
	return &components.ServiceMonitor{Labels: m.Labels, Interval: m.Interval}
}

func podMonitoring(m config.Monitoring, w config.Workload) *components.PodMonitoring {
	if !m.PodMonitorings || metricsPath(w) == "" {
		return nil
	}
	return &components.PodMonitoring{Interval: m.Interval}
}

// csiVolume returns the volume of the service's prefix, nil if the service uses the fetcher.
func csiVolume(platform *platform, w config.Workload) *infra.CSIVolume {
	if !w.UsesCSI {
		return nil
	}
	volume := platform.CSIVolume(w.Prefix)
	return &volume
}

func networkPolicy(
	c config.Config, store infra.ObjectStore, sourceRanges []string, w config.Workload,
) *components.NetworkPolicy {
	n := c.NetworkPolicy
	if !*n.Enabled {
		return nil
	}
	return &components.NetworkPolicy{
		EgressEndpoints: store.EgressEndpoints, EgressCIDRs: n.Egress, Namespaces: ingressNamespaces(c, w),
		IngressCIDRs: slices.Concat(n.Sources, sourceRanges),
	}
}

// ingressNamespaces returns the namespaces whose pods may send requests to a service, none for all namespaces.
func ingressNamespaces(c config.Config, w config.Workload) []string {
	namespaces := c.NetworkPolicy.Namespaces
	if len(namespaces) == 0 || podMonitoring(c.Monitoring, w) == nil {
		return namespaces
	}
	for _, collectors := range components.PodMonitoringNamespaces {
		if !slices.Contains(namespaces, collectors) {
			namespaces = append(slices.Clone(namespaces), collectors)
		}
	}
	return namespaces
}
