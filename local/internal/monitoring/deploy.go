package monitoring

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/modelferry/modelferry/cli/diagnosis"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/crds"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// Options are the options of Deploy.
type Options struct {
	Layout paths.Layout
	// Config is the stack's config.
	Config config.Config
	// Registry is HOST:PORT of the local registry.
	Registry string
	// Printf prints progress.
	Printf func(format string, args ...any)
}

// Deploy deploys everything, or updates it, and waits until it is ready.
func Deploy(ctx context.Context, o Options) error {
	o.Printf("building the images of Prometheus, Alertmanager and the exporters")
	images, err := pushImages(ctx, o.Layout, o.Registry, func(line string) { o.Printf("  %s", line) })
	if err != nil {
		return fmt.Errorf("monitoring: %w", err)
	}
	o.Printf("deploying Prometheus, Alertmanager and the exporters")
	cloud := clouds.MustGet(string(o.Config.Cloud)).Monitoring
	if err := crds.Install(ctx, o.Layout.Kubeconfig(), crds.ByKind[cloud.ExporterKind]); err != nil {
		return fmt.Errorf("monitoring: %w", err)
	}
	c, err := connect(o.Layout)
	if err != nil {
		return fmt.Errorf("monitoring: %w", err)
	}
	rollout := diagnosis.Rollout{Client: c.client, Namespace: Namespace, Printf: o.Printf}
	apply := func(ctx context.Context) error { return c.applyAll(ctx, o, cloud.ExporterManifest, images) }
	if err := rollout.Follow(ctx, apply); err != nil {
		return fmt.Errorf("monitoring: %w", err)
	}
	return nil
}

// applyAll applies the exporters and the objects of the manifest targets by which they are scraped, then Alertmanager
// and, with its address, Prometheus.
func (c *cluster) applyAll(ctx context.Context, o Options, targets string, images map[string]string) error {
	for _, name := range []string{
		"namespace.yaml", "kube-state-metrics.yaml", "fetcher-exporter.yaml", targets,
	} {
		objects, err := readManifest(o.Layout.Root, name)
		if err != nil {
			return err
		}
		if err := c.apply(ctx, objects, images); err != nil {
			return err
		}
	}
	alertmanager, err := parse(alertmanagerManifest)
	if err != nil {
		return err
	}
	alertmanager = append(alertmanager, configMap("alertmanager-config", map[string]string{"alertmanager.yml": alertmanagerConfig}))
	if err := c.apply(ctx, alertmanager, images); err != nil {
		return err
	}
	address, err := c.serviceAddress(ctx, "alertmanager")
	if err != nil {
		return err
	}
	prometheus, err := prometheusObjects(o.Layout.Root, address, externalLabels(o.Config))
	if err != nil {
		return err
	}
	return c.apply(ctx, prometheus, images)
}

// prometheusObjects returns the objects of Prometheus. alertmanager is HOST:PORT, labels are those of the targets of
// PodMonitorings. root is the repository's folder, which has the rules.
func prometheusObjects(root, alertmanager, labels string) ([]*unstructured.Unstructured, error) {
	ruleFiles, err := rules(root)
	if err != nil {
		return nil, err
	}
	objects, err := parse(prometheusManifest(labels))
	if err != nil {
		return nil, err
	}
	return append(objects,
		configMap("prometheus-config", map[string]string{"prometheus.yml": prometheusConfig(alertmanager)}),
		configMap("prometheus-rules", ruleFiles),
	), nil
}
