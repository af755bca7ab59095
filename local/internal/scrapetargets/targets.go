// Package scrapetargets finds what Prometheus has to scrape in a cluster, as the operators that do so on GKE and EKS:
// Google Cloud Managed Service for Prometheus for PodMonitorings, the Prometheus Operator for ServiceMonitors, and a
// Prometheus without an operator for annotated pods. Targets have the labels that these set, so that rules which work
// here work there. Debian's Prometheus is built without service discovery for Kubernetes.
package scrapetargets

import (
	"cmp"
	"maps"
	"net"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// Cluster is what targets are found in.
type Cluster struct {
	Pods                  []corev1.Pod
	Services              []corev1.Service
	ServiceMonitors       []ServiceMonitor
	PodMonitorings        []PodMonitoring
	ClusterPodMonitorings []PodMonitoring
	// ExternalLabels are the labels that managed Prometheus sets on every target: project_id, location and cluster.
	ExternalLabels map[string]string
}

// Target is a target in a file for Prometheus:
// https://prometheus.io/docs/prometheus/2.42/configuration/configuration/#file_sd_config
type Target struct {
	// Targets is the target's HOST:PORT.
	Targets []string `json:"targets"`
	// Labels are the target's labels. Those with two underscores are settings of the scrape.
	Labels map[string]string `json:"labels"`
	// HonorLabels reports whether labels of the metrics replace those of the target.
	HonorLabels bool `json:"-"`
}

// Targets returns the targets, sorted. An annotated pod that a monitoring object selects is a target of that object
// only: in one Prometheus it would count twice.
func (c Cluster) Targets() []Target {
	var found []Target
	selected := map[string]bool{} // addresses
	for _, targets := range [][]Target{c.podMonitoringTargets(), c.serviceMonitorTargets()} {
		for _, t := range targets {
			selected[t.Targets[0]] = true
		}
		found = append(found, targets...)
	}
	for _, t := range c.annotatedTargets() {
		if !selected[t.Targets[0]] {
			found = append(found, t)
		}
	}
	slices.SortFunc(found, func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.Labels["job"], b.Labels["job"]), cmp.Compare(a.Targets[0], b.Targets[0]))
	})
	return found
}

// newTarget returns a target at a port of a pod. path and interval may be empty.
func newTarget(pod *corev1.Pod, port int32, path, interval string, labels map[string]string) Target {
	labels = maps.Clone(labels)
	for name, value := range map[string]string{"__metrics_path__": path, "__scrape_interval__": interval} {
		if value != "" {
			labels[name] = value
		}
	}
	if interval != "" {
		labels["__scrape_timeout__"] = interval // the default of 10 s may be longer than the interval, which is an error
	}
	address := net.JoinHostPort(pod.Status.PodIP, strconv.Itoa(int(port)))
	return Target{Targets: []string{address}, Labels: labels}
}

// hasEnded reports whether a pod has no address, or none any more.
func hasEnded(pod *corev1.Pod) bool {
	return pod.Status.PodIP == "" || pod.Status.Phase == corev1.PodSucceeded || pod.Status.Phase == corev1.PodFailed
}

// containerPort is a port that a container declares.
type containerPort struct {
	container, name string
	number          int32
}

func containerPorts(pod *corev1.Pod) []containerPort {
	var ports []containerPort
	for _, container := range pod.Spec.Containers {
		for _, port := range container.Ports {
			ports = append(ports, containerPort{container.Name, port.Name, port.ContainerPort})
		}
	}
	return ports
}
