package stack

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/modelferry/modelferry/components"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/infra"
)

// deployed is a service that is live, with the identity that its pods have on the cloud.
type deployed struct {
	*components.ModelService
	workload config.Workload
	identity infra.Identity
}

// deployService gives a service its identity on the cloud and deploys it.
func deployService(ctx *pulumi.Context, c config.Config, platform infra.Platform, namespace *components.Namespace, way infra.Ingress, w config.Workload) (deployed, error) {
	identity, err := platform.Identify(ctx, infra.IdentityArgs{
		Namespace: c.Namespace, ServiceAccount: w.Deployment, Grants: grants(w),
	})
	if err != nil {
		return deployed{}, err
	}
	store := platform.Store()
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
		OwnNodes:        c.Cluster.Create != nil,
		RolloutDeadline: c.Rollout.Deadline,
		Store:           components.Store(store),
		Identity:        components.Identity{Annotations: identity.Annotations, Grants: identity.Grants},
		NetworkPolicy:   networkPolicy(c.NetworkPolicy, store, way.Sources),
		Mount:           mount(platform, w),
		Monitor:         monitor(c.Monitoring, w),

		ServiceAnnotations: serviceAnnotations(way, w),
	}, pulumi.Provider(platform.Kubernetes()))
	return deployed{service, w, identity}, err
}

// outputs returns the service's part of the stack's.
func (d deployed) outputs(c config.Config, platform infra.Platform) pulumi.Map {
	model := d.workload.Artifacts[0]
	pin := model.SHA256
	if d.workload.UsesCSI {
		pin = "" // nobody compares it
	}
	all := pulumi.Map{
		"deployment": d.Deployment,
		"service":    d.Service,
		"identity":   d.identity.Name,
		"config":     d.Config,
		"model": pulumi.StringMap{
			"bucket": platform.Bucket(model.Bucket), "path": pulumi.String(model.Path), "sha256": pulumi.String(pin),
		},
	}
	if c.Ingress != nil {
		all["url"] = pulumi.String("https://" + c.Ingress.Host + d.workload.Path)
	}
	return all
}

// grants returns the service's prefix in each bucket that it has artifacts in.
func grants(w config.Workload) []infra.Grant {
	var all []infra.Grant
	for _, bucket := range config.BucketNames() {
		for _, artifact := range w.Artifacts {
			if artifact.Bucket == bucket {
				all = append(all, infra.Grant{Bucket: bucket, Prefix: w.Prefix})
				break
			}
		}
	}
	return all
}

func artifacts(platform infra.Platform, w config.Workload) []components.Artifact {
	var all []components.Artifact
	for _, a := range w.Artifacts {
		all = append(all, components.Artifact{
			Name: a.Name, Bucket: platform.Bucket(a.Bucket), BucketName: a.Bucket, Path: a.Path,
			File: a.File, Unpacked: a.Unpacked, SHA256: a.SHA256, Version: a.Version,
			Place: a.ServerPath(), Env: a.Env, Mount: a.Mount,
		})
	}
	return all
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
		HealthPath: w.Health.Path, Startup: w.Health.Startup, MetricsPath: metrics(w), Annotated: *c.Monitoring.Annotations,
		Balanced: c.Ingress != nil,
	}
}

// metrics returns the path that is scraped, "" for none.
func metrics(w config.Workload) string {
	if w.Metrics == "-" {
		return ""
	}
	return w.Metrics
}

func monitor(m config.Monitoring, w config.Workload) *components.Monitor {
	if !m.ServiceMonitors || metrics(w) == "" {
		return nil
	}
	return &components.Monitor{Labels: m.Labels, Interval: m.Interval}
}

// mount returns how the service's buckets are mounted, nil where they are copied from.
func mount(platform infra.Platform, w config.Workload) *components.Mount {
	if !w.UsesCSI {
		return nil
	}
	m := components.Mount(platform.Mount(w.Prefix))
	return &m
}

func networkPolicy(n config.NetworkPolicy, store infra.Store, sources []string) *components.NetworkPolicy {
	if !*n.Enabled {
		return nil
	}
	return &components.NetworkPolicy{Reach: store.Reach, Ranges: n.Egress, Namespaces: n.Namespaces, Sources: sources}
}

func resources(r config.ResourceRequirements) components.Resources {
	return components.Resources{Requests: components.Amounts(r.Requests), Limits: components.Amounts(r.Limits)}
}
