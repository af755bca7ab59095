package components

import (
	"fmt"
	"strconv"
	"time"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes"
	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	metav1 "github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/meta/v1"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// ServiceMonitor has the settings of a Prometheus Operator's ServiceMonitor.
type ServiceMonitor struct {
	// Labels by which the operator's Prometheus selects the ServiceMonitor.
	Labels map[string]string
	// Interval of the scrapes, in whole seconds.
	Interval time.Duration
}

// newServiceMonitor creates a ServiceMonitor. It fails on a cluster without the operator's CRDs.
// https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor
func newServiceMonitor(
	ctx *pulumi.Context, name string, m ServiceMonitor, metricsPath string, selector pulumi.StringMap,
	meta *metav1.ObjectMetaArgs, opts ...pulumi.ResourceOption,
) error {
	labels := pulumi.StringMap{}
	if podLabels, ok := meta.Labels.(pulumi.StringMap); ok {
		for key, value := range podLabels {
			labels[key] = value
		}
	}
	for key, value := range m.Labels {
		labels[key] = pulumi.String(value)
	}
	meta.Labels = labels
	_, err := apiextensions.NewCustomResource(ctx, name, &apiextensions.CustomResourceArgs{
		ApiVersion: pulumi.String("monitoring.coreos.com/v1"), Kind: pulumi.String("ServiceMonitor"), Metadata: meta,
		OtherFields: kubernetes.UntypedArgs{"spec": pulumi.Map{
			"selector":  pulumi.Map{"matchLabels": selector},
			"endpoints": scrapeEndpoints(metricsPath, m.Interval),
		}},
	}, opts...)
	return err
}

// scrapeEndpoints returns the endpoints of a ServiceMonitor or a PodMonitoring: the server's port, by its name.
func scrapeEndpoints(metricsPath string, interval time.Duration) pulumi.MapArray {
	return pulumi.MapArray{pulumi.Map{
		"port": pulumi.String(portName), "path": pulumi.String(metricsPath),
		"interval": pulumi.String(fmt.Sprintf("%ds", int(interval.Seconds()))),
	}}
}

// prometheusAnnotations returns the annotations of a pod for a Prometheus without the operator.
func prometheusAnnotations(port int, path string) pulumi.StringMap {
	return pulumi.ToStringMap(map[string]string{
		"prometheus.io/scrape": "true", "prometheus.io/port": strconv.Itoa(port), "prometheus.io/path": path,
	})
}
