package config

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Monitoring is how Prometheus discovers the services' metrics.
type Monitoring struct {
	// Whether pods have the annotations prometheus.io/scrape, port and path.
	Annotations *bool `json:"annotations" default:"true"`
	// Whether each service has a ServiceMonitor. The cluster needs the Prometheus Operator for it.
	ServiceMonitors bool `json:"serviceMonitors"`
	// Whether each service has a PodMonitoring: Managed Service for Prometheus collects nothing else. A cluster of the
	// stack has the service; an existing one needs it. Google bills each sample.
	PodMonitorings bool `json:"podMonitorings" clouds:"gke"`
	// Labels of the ServiceMonitors, for the selector of the Prometheus resource.
	Labels map[string]string `json:"labels"`
	// Scrape interval of the ServiceMonitors and PodMonitorings, in whole seconds.
	Interval time.Duration `json:"interval" default:"30s"`
}

func (m Monitoring) validate(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	if m.Interval < time.Second || m.Interval%time.Second != 0 {
		errs = append(errs, field.Invalid(fldPath.Child("interval"), m.Interval.String(), "must be whole seconds, at least 1s"))
	}
	for _, name := range sortedKeys(m.Labels) {
		fldPath := fldPath.Child("labels", name)
		if problems := validation.IsQualifiedName(name); len(problems) > 0 {
			errs = append(errs, field.Invalid(fldPath, name, "must be a label name: "+strings.Join(problems, "; ")))
		}
		if problems := validation.IsValidLabelValue(m.Labels[name]); len(problems) > 0 {
			errs = append(errs, field.Invalid(fldPath, m.Labels[name], "must be a label value: "+strings.Join(problems, "; ")))
		}
	}
	return errs
}
