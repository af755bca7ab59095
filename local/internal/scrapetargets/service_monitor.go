package scrapetargets

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// ServiceMonitor is a ServiceMonitor of the Prometheus Operator, with the fields that are used here:
// https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor
type ServiceMonitor struct {
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Selector          metav1.LabelSelector `json:"selector"`
		NamespaceSelector struct {
			Any        bool     `json:"any"`
			MatchNames []string `json:"matchNames"`
		} `json:"namespaceSelector"`
		Endpoints []struct {
			Port        string `json:"port"`
			Path        string `json:"path"`
			Interval    string `json:"interval"`
			HonorLabels bool   `json:"honorLabels"`
		} `json:"endpoints"`
	} `json:"spec"`
}

// serviceMonitorTargets returns the targets with the labels of the generated scrape configuration. Pods that are not
// ready are targets, too.
// https://github.com/prometheus-operator/prometheus-operator/blob/v0.87.0/pkg/prometheus/promcfg.go
func (c Cluster) serviceMonitorTargets() []Target {
	var targets []Target
	for _, m := range c.ServiceMonitors {
		for i := range c.Services {
			service := &c.Services[i]
			if !m.selects(service) {
				continue
			}
			for j := range c.Pods {
				pod := &c.Pods[j]
				if pod.Namespace == service.Namespace && !hasEnded(pod) && pod.DeletionTimestamp == nil &&
					len(service.Spec.Selector) > 0 && labels.SelectorFromSet(service.Spec.Selector).Matches(labels.Set(pod.Labels)) {
					targets = append(targets, m.targets(service, pod)...)
				}
			}
		}
	}
	return targets
}

func (m ServiceMonitor) selects(service *corev1.Service) bool {
	namespaces := m.Spec.NamespaceSelector
	inNamespace := namespaces.Any || slices.Contains(namespaces.MatchNames, service.Namespace) ||
		len(namespaces.MatchNames) == 0 && m.Namespace == service.Namespace
	selector, err := metav1.LabelSelectorAsSelector(&m.Spec.Selector)
	return inNamespace && err == nil && selector.Matches(labels.Set(service.Labels))
}

// targets returns the targets of a pod of a service.
func (m ServiceMonitor) targets(service *corev1.Service, pod *corev1.Pod) []Target {
	var targets []Target
	for _, endpoint := range m.Spec.Endpoints {
		for _, servicePort := range service.Spec.Ports {
			port, ok := targetPort(pod, servicePort)
			if servicePort.Name != endpoint.Port || !ok {
				continue
			}
			targetLabels := map[string]string{
				"job": service.Name, "namespace": service.Namespace, "service": service.Name, "endpoint": endpoint.Port,
				"pod": pod.Name,
			}
			if port.container != "" {
				targetLabels["container"] = port.container
			}
			target := newTarget(pod, port.number, endpoint.Path, endpoint.Interval, targetLabels)
			target.HonorLabels = endpoint.HonorLabels
			targets = append(targets, target)
		}
	}
	return targets
}

// targetPort returns the port of a pod behind a port of a Service.
func targetPort(pod *corev1.Pod, port corev1.ServicePort) (containerPort, bool) {
	ports := containerPorts(pod)
	if port.TargetPort.Type == intstr.String {
		i := slices.IndexFunc(ports, func(p containerPort) bool { return p.name == port.TargetPort.StrVal })
		if i < 0 {
			return containerPort{}, false
		}
		return ports[i], true
	}
	number := port.TargetPort.IntVal
	if number == 0 {
		number = port.Port
	}
	if i := slices.IndexFunc(ports, func(p containerPort) bool { return p.number == number }); i >= 0 {
		return ports[i], true
	}
	return containerPort{number: number}, true
}
