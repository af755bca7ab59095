package scrapetargets

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
)

// NewClient returns a client for Read. A clientset would take most of the memory of a small process.
func NewClient(config *rest.Config) (rest.Interface, error) {
	config = rest.CopyConfig(config)
	config.Timeout = 10 * time.Second
	config.GroupVersion = &schema.GroupVersion{Version: "v1"}
	config.NegotiatedSerializer = serializer.NewCodecFactory(runtime.NewScheme()).WithoutConversion()
	return rest.RESTClientFor(config)
}

// Read reads a cluster. Objects of a kind that the cluster does not know are none. The client is one
// of NewClient. ExternalLabels are those given.
func Read(ctx context.Context, client rest.Interface, external map[string]string) (Cluster, error) {
	var pods corev1.PodList
	var services corev1.ServiceList
	var serviceMonitors struct{ Items []ServiceMonitor }
	var podMonitorings, clusterPodMonitorings struct{ Items []PodMonitoring }
	for _, list := range []struct {
		path string
		into any
	}{
		{"/api/v1/pods", &pods},
		{"/api/v1/services", &services},
		{"/apis/monitoring.coreos.com/v1/servicemonitors", &serviceMonitors},
		{"/apis/monitoring.googleapis.com/v1/podmonitorings", &podMonitorings},
		{"/apis/monitoring.googleapis.com/v1/clusterpodmonitorings", &clusterPodMonitorings},
	} {
		// Resource version 0: from the API server's cache.
		content, err := client.Get().AbsPath(list.path).VersionedParams(&metav1.ListOptions{ResourceVersion: "0"}, metav1.ParameterCodec).
			DoRaw(ctx)
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return Cluster{}, fmt.Errorf("list %s: %w", list.path, err)
		}
		if err := json.Unmarshal(content, list.into); err != nil {
			return Cluster{}, fmt.Errorf("list %s: %w", list.path, err)
		}
	}
	return Cluster{
		Pods: pods.Items, Services: services.Items, ServiceMonitors: serviceMonitors.Items,
		PodMonitorings: podMonitorings.Items, ClusterPodMonitorings: clusterPodMonitorings.Items, ExternalLabels: external,
	}, nil
}
