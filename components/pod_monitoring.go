package components

import (
	"time"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// PodMonitoring has the settings of a PodMonitoring, which Managed Service for Prometheus on Google Cloud collects by.
type PodMonitoring struct {
	// Interval of the scrapes, in whole seconds.
	Interval time.Duration
}

// PodMonitoringNamespaces are the namespaces of the collectors that scrape by PodMonitorings: GKE's own, and that of
// the manifests to install by hand. The collectors are pods without the host's network, so that a network policy has
// to allow them.
// https://docs.cloud.google.com/stackdriver/docs/managed-prometheus/setup-managed
// https://github.com/GoogleCloudPlatform/prometheus-engine/blob/2ffde4e/manifests/operator.yaml#L333-L359
var PodMonitoringNamespaces = []string{"gke-gmp-system", "gmp-system"}

// newPodMonitoring creates a PodMonitoring, which selects pods and not the Service. It fails on a cluster without
// managed collection, which has the CRD.
// https://github.com/GoogleCloudPlatform/prometheus-engine/blob/2ffde4e/doc/api.md#podmonitoring
func newPodMonitoring(
	ctx *pulumi.Context, name string, m PodMonitoring, metricsPath string, selector pulumi.StringMap,
	meta *metav1.ObjectMetaArgs, opts ...pulumi.ResourceOption,
) error {
	_, err := apiextensions.NewCustomResource(ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String("monitoring.googleapis.com/v1"), Kind: pulumi.String("PodMonitoring"), Metadata: meta,
		OtherFields: kubernetes.UntypedArgs{"spec": pulumi.Map{
			"selector":  pulumi.Map{"matchLabels": selector},
			"endpoints": scrapeEndpoints(metricsPath, m.Interval),
		}},
	}, opts...)
	return err
}
