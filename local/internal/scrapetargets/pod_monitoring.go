package scrapetargets

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// PodMonitoring is a PodMonitoring or ClusterPodMonitoring of managed Prometheus, with the fields that are used here:
// https://github.com/GoogleCloudPlatform/prometheus-engine/blob/v0.17.0/doc/api.md
type PodMonitoring struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Selector  metav1.LabelSelector `json:"selector"`
		Endpoints []struct {
			Port     intstr.IntOrString `json:"port"`
			Path     string             `json:"path"`
			Interval string             `json:"interval"`
		} `json:"endpoints"`
		TargetLabels struct {
			// Metadata are labels that describe the pod. Nil stands for the default, an empty list for none.
			Metadata *[]string `json:"metadata"`
			FromPod  []struct {
				From string `json:"from"`
				To   string `json:"to"`
			} `json:"fromPod"`
		} `json:"targetLabels"`
	} `json:"spec"`
}

// The default of targetLabels.metadata. A ClusterPodMonitoring has the namespace as well; for a PodMonitoring, it is
// always set.
// https://github.com/GoogleCloudPlatform/prometheus-engine/blob/v0.17.0/doc/api.md
var defaultMetadata = []string{"pod", "container", "top_level_controller_name", "top_level_controller_type"}

// podMonitoringTargets returns the targets with the labels of the generated scrape configuration:
// https://github.com/GoogleCloudPlatform/prometheus-engine/blob/v0.17.0/pkg/operator/apis/monitoring/v1/pod_config.go
func (c Cluster) podMonitoringTargets() []Target {
	var targets []Target
	for i := range c.Pods {
		pod := &c.Pods[i]
		if hasEnded(pod) {
			continue
		}
		for _, m := range c.PodMonitorings {
			if m.Namespace == pod.Namespace {
				targets = append(targets, m.targets(pod, c.ExternalLabels, append([]string{"namespace"}, m.metadata()...))...)
			}
		}
		for _, m := range c.ClusterPodMonitorings {
			metadata := m.metadata()
			if m.Spec.TargetLabels.Metadata == nil {
				metadata = append([]string{"namespace"}, metadata...)
			}
			targets = append(targets, m.targets(pod, c.ExternalLabels, metadata)...)
		}
	}
	return targets
}

func (m PodMonitoring) metadata() []string {
	if m.Spec.TargetLabels.Metadata == nil {
		return defaultMetadata
	}
	return *m.Spec.TargetLabels.Metadata
}

// targets returns the targets of a pod, none if it is not selected.
func (m PodMonitoring) targets(pod *corev1.Pod, external map[string]string, metadata []string) []Target {
	selector, err := metav1.LabelSelectorAsSelector(&m.Spec.Selector)
	if err != nil || !selector.Matches(labels.Set(pod.Labels)) {
		return nil
	}
	var targets []Target
	for _, endpoint := range m.Spec.Endpoints {
		ports := containerPorts(pod)
		if endpoint.Port.Type == intstr.String {
			ports = slices.DeleteFunc(ports, func(p containerPort) bool { return p.name != endpoint.Port.StrVal })
		} else {
			ports = []containerPort{{number: endpoint.Port.IntVal}} // without a container: a port may belong to several
		}
		for _, port := range ports {
			targetLabels := maps.Clone(external)
			if targetLabels == nil {
				targetLabels = map[string]string{}
			}
			targetLabels["job"] = m.Name
			targetLabels["instance"] = fmt.Sprintf("%s:%s", pod.Name, endpoint.Port.String())
			for _, name := range metadata {
				if value := podMetadata(pod, port, name); value != "" {
					targetLabels[name] = value
				}
			}
			for _, mapping := range m.Spec.TargetLabels.FromPod {
				if value := pod.Labels[mapping.From]; value != "" {
					targetLabels[labelName(cmp.Or(mapping.To, mapping.From))] = value
				}
			}
			targets = append(targets, newTarget(pod, port.number, endpoint.Path, endpoint.Interval, targetLabels))
		}
	}
	return targets
}

// podMetadata returns the value of a label of targetLabels.metadata.
func podMetadata(pod *corev1.Pod, port containerPort, name string) string {
	switch name {
	case "namespace":
		return pod.Namespace
	case "pod":
		return pod.Name
	case "container":
		return port.container
	case "node":
		return pod.Spec.NodeName
	}
	owner := metav1.GetControllerOf(pod)
	if owner == nil {
		return ""
	}
	kind, controller := owner.Kind, owner.Name
	// The ReplicaSets of a Deployment are named after it, with a hash.
	if match := replicaSetName.FindStringSubmatch(controller); kind == "ReplicaSet" && pod.Labels["pod-template-hash"] != "" &&
		match != nil {
		kind, controller = "Deployment", match[1]
	}
	switch name {
	case "top_level_controller_name":
		return controller
	case "top_level_controller_type":
		return kind
	}
	return ""
}

var replicaSetName = regexp.MustCompile(`^(.+)-[a-z0-9]+$`)

var invalidInLabelName = regexp.MustCompile(`[^a-zA-Z0-9_]`)

// labelName returns the name of a Kubernetes label as that of a label of Prometheus.
func labelName(name string) string { return invalidInLabelName.ReplaceAllString(name, "_") }
