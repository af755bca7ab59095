package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/components"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// deployedService is a service that is live, with the identity that its pods have on the cloud.
type deployedService struct {
	*components.ModelService
	workload config.Workload
	identity infra.WorkloadIdentity
}

// deployService gives a service its identity on the cloud and deploys it.
func deployService(ctx *pulumi.Context, c config.Config, platform infra.Platform, namespace *components.Namespace, ingress infra.Ingress, w config.Workload) (deployedService, error) {
	identity, err := platform.NewWorkloadIdentity(ctx, infra.WorkloadIdentityArgs{
		Namespace: c.Namespace, ServiceAccount: w.Deployment, ReadPrefixes: readPrefixes(w),
	})
	if err != nil {
		return deployedService{}, err
	}
	store := platform.ObjectStore()
	service, err := components.NewModelService(ctx, w.Name, &components.ModelServiceArgs{
		Namespace:       namespace.Name,
		Labels:          c.Labels(ctx.Project(), ctx.Stack()),
		Deployment:      w.Deployment,
		Service:         w.Service.Service,
		ModelFolder:     w.ModelFolder,
		VolumeBytes:     w.VolumeBytes(),
		Artifacts:       artifacts(platform, w),
		Fetcher:         fetcher(c.Fetcher),
		Server:          server(c, w),
		Autoscaling:     components.Autoscaling(w.Autoscaling),
		DedicatedNodes:  c.Cluster.Create != nil,
		RolloutDeadline: c.Rollout.Deadline,
		ObjectStore:     components.ObjectStore(store),
		Identity:        components.WorkloadIdentity{Annotations: identity.Annotations, DependsOn: identity.DependsOn},
		NetworkPolicy:   networkPolicy(c.NetworkPolicy, store, ingress.SourceRanges),
		CSIVolume:       csiVolume(platform, w),
		ServiceMonitor:  serviceMonitor(c.Monitoring, w),

		ServiceAnnotations: serviceAnnotations(ingress, w),
	}, pulumi.Provider(platform.Kubernetes()))
	return deployedService{service, w, identity}, err
}

// outputs returns the service's part of the stack's.
func (d deployedService) outputs(c config.Config, platform infra.Platform) pulumi.Map {
	model := d.workload.Artifacts[0]
	digest := model.SHA256
	if d.workload.UsesCSI {
		digest = "" // nobody compares it
	}
	outputs := pulumi.Map{
		"deployment": d.Deployment,
		"service":    d.Service,
		"identity":   d.identity.Name,
		"config":     d.Config,
		"model": pulumi.StringMap{
			"bucket": platform.Bucket(model.Bucket), "path": pulumi.String(model.Path), "sha256": pulumi.String(digest),
		},
	}
	if c.Ingress != nil {
		outputs["url"] = pulumi.String("https://" + c.Ingress.Host + d.workload.Path)
	}
	return outputs
}

// readPrefixes returns the service's prefix in each bucket that it has artifacts in.
func readPrefixes(w config.Workload) []infra.BucketPrefix {
	var prefixes []infra.BucketPrefix
	for _, bucket := range config.BucketNames() {
		for _, artifact := range w.Artifacts {
			if artifact.Bucket == bucket {
				prefixes = append(prefixes, infra.BucketPrefix{Bucket: bucket, Prefix: w.Prefix})
				break
			}
		}
	}
	return prefixes
}

func artifacts(platform infra.Platform, w config.Workload) []components.Artifact {
	var list []components.Artifact
	for _, a := range w.Artifacts {
		list = append(list, components.Artifact{
			Name: a.Name, Bucket: platform.Bucket(a.Bucket), BucketName: a.Bucket, Path: a.Path,
			Dest: a.File, Extract: a.Unpacked, SHA256: a.SHA256, Version: a.Version,
			ServerPath: a.ServerPath(), EnvVar: a.Env, MountPath: a.Mount,
		})
	}
	return list
}

func fetcher(f config.Fetcher) components.FetcherArgs {
	return components.FetcherArgs{
		Image: f.Image, Retries: f.Retries, Backoff: f.Backoff, Timeout: f.Timeout, IdentityWait: f.IdentityWaitOrZero(),
		Parallel: f.Parallel, PartBytes: f.PartSizeBytes(), Resources: resources(f.Resources),
	}
}

func server(c config.Config, w config.Workload) components.ServerArgs {
	return components.ServerArgs{
		GPUs: c.GPUsFor(w), Image: w.Image, Port: w.Port, Env: w.Env, Resources: resources(w.Resources),
		HealthPath: w.Health.Path, Startup: w.Health.Startup, MetricsPath: metricsPath(w), ScrapeAnnotations: *c.Monitoring.Annotations,
		BehindLoadBalancer: c.Ingress != nil,
	}
}

// metricsPath returns the path that is scraped, "" for none.
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

// csiVolume returns how the service's buckets are mounted, nil where they are copied from.
func csiVolume(platform infra.Platform, w config.Workload) *components.CSIVolume {
	if !w.UsesCSI {
		return nil
	}
	m := components.CSIVolume(platform.CSIVolume(w.Prefix))
	return &m
}

func networkPolicy(n config.NetworkPolicy, store infra.ObjectStore, sources []string) *components.NetworkPolicy {
	if !*n.Enabled {
		return nil
	}
	return &components.NetworkPolicy{EgressEndpoints: store.EgressEndpoints, EgressCIDRs: n.Egress, Namespaces: n.Namespaces, IngressCIDRs: sources}
}

func resources(r config.ResourceRequirements) components.Resources {
	return components.Resources{Requests: components.ResourceList(r.Requests), Limits: components.ResourceList(r.Limits)}
}
