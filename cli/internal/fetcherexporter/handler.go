// Package fetcherexporter exports the results of fetchers as Prometheus metrics. Kubernetes keeps the exit code and the
// termination message of an init container in the status of its pod; kube-state-metrics exports neither
// (docs/adr/0024-fetcher-results-from-pod-status.md).
package fetcherexporter

import (
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1 "k8s.io/client-go/kubernetes/typed/core/v1"
)

// Selector selects the pods of services by the labels that the program sets.
const Selector = "app.kubernetes.io/part-of=modelferry,tier=ml-service"

// Handler serves the metrics of the pods in a namespace, "" for all namespaces, that a label selector selects. It lists
// the pods for each request, so what it reports is never older than the scrape, and a cluster that cannot be read is a
// scrape that fails. The list comes from the API server's cache.
func Handler(client corev1.PodsGetter, namespace, selector string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		pods, err := client.Pods(namespace).List(req.Context(), metav1.ListOptions{LabelSelector: selector, ResourceVersion: "0"})
		if err != nil {
			http.Error(w, fmt.Sprintf("list pods: %v", err), http.StatusServiceUnavailable)
			return
		}
		registry := prometheus.NewRegistry()
		if err := registry.Register(collector(pods.Items)); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, req)
	})
}
