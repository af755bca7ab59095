package scrapetargets

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// annotatedTargets returns the pods with the annotations prometheus.io/scrape, port and path. Prometheus has no rule
// for them: the job and its labels are those of the Helm chart of the Prometheus community.
// https://github.com/prometheus-community/helm-charts/blob/prometheus-27.0.0/charts/prometheus/values.yaml
func (c Cluster) annotatedTargets() []Target {
	var targets []Target
	for i := range c.Pods {
		pod := &c.Pods[i]
		port, err := strconv.ParseInt(pod.Annotations["prometheus.io/port"], 10, 32)
		if pod.Annotations["prometheus.io/scrape"] != "true" || err != nil || hasEnded(pod) || pod.Status.Phase == corev1.PodPending {
			continue
		}
		targetLabels := map[string]string{}
		for name, value := range pod.Labels {
			targetLabels[labelName(name)] = value
		}
		targetLabels["job"] = "kubernetes-pods"
		targetLabels["namespace"], targetLabels["pod"], targetLabels["node"] = pod.Namespace, pod.Name, pod.Spec.NodeName
		target := newTarget(pod, int32(port), pod.Annotations["prometheus.io/path"], "", targetLabels)
		target.HonorLabels = true
		targets = append(targets, target)
	}
	return targets
}
