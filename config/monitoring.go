package config

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
)

// Monitoring is how Prometheus finds the services' metrics.
type Monitoring struct {
	// Whether pods have the annotations that a Prometheus of one's own looks for: prometheus.io/scrape, port and path.
	Annotations *bool `json:"annotations" default:"true"`
	// Whether each service has a ServiceMonitor. The cluster has to have the Prometheus Operator.
	ServiceMonitors bool `json:"serviceMonitors"`
	// Labels of the ServiceMonitors, by which the operator's Prometheus picks them.
	Labels map[string]string `json:"labels"`
	// Time from one scrape of a ServiceMonitor to the next, in whole seconds.
	Interval time.Duration `json:"interval" default:"30s"`
}

func (m Monitoring) check(f *Faults) {
	if m.Interval < time.Second || m.Interval%time.Second != 0 {
		f.add("monitoring.interval", "has to be 1s or more, in whole seconds, not %s", m.Interval)
	}
	for _, key := range sortedKeys(m.Labels) {
		if faults := validation.IsQualifiedName(key); len(faults) > 0 {
			f.add("monitoring.labels."+key, "%q is no label's name: %s", key, strings.Join(faults, "; "))
		}
		if faults := validation.IsValidLabelValue(m.Labels[key]); len(faults) > 0 {
			f.add("monitoring.labels."+key, "%q is no label's value: %s", m.Labels[key], strings.Join(faults, "; "))
		}
	}
}
