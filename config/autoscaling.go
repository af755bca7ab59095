package config

import (
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Autoscaling is the HorizontalPodAutoscaler of a service.
type Autoscaling struct {
	// Minimum number of replicas, at least 1. With 1, a node that is upgraded or drained stops the only pod.
	Min int `json:"min" default:"2"`
	// Maximum number of replicas.
	Max int `json:"max" default:"3"`
	// Target CPU utilization in percent of the request.
	CPU int `json:"cpu" default:"70"`
	// Stabilization window before replicas are removed, up to 1h.
	ScaleDownWindow time.Duration `json:"scaleDownWindow" default:"300s"`
	// Whether to accept a min of 1. Must be true for a min of 1 on a production stack.
	SingleReplica bool `json:"singleReplica"`
}

func (a Autoscaling) validate(fldPath *field.Path) field.ErrorList {
	errs := validateMinMax(fldPath, a.Min, a.Max, 1)
	errs = append(errs, validateBetween(fldPath.Child("cpu"), a.CPU, 1, 100)...)
	if a.ScaleDownWindow < 0 || a.ScaleDownWindow > time.Hour {
		errs = append(errs, field.Invalid(fldPath.Child("scaleDownWindow"), a.ScaleDownWindow.String(), "must be between 0s and 1h"))
	}
	return errs
}

// minReplicas is the minimum of replicas that survives the upgrade or drain of a node: the PodDisruptionBudget of a
// service lets one of its pods be evicted at a time.
const minReplicas = 2

// isInterruptible reports whether the upgrade or drain of a node may interrupt the service, and the config does not
// accept that.
func (a Autoscaling) isInterruptible() bool { return a.Min < minReplicas && !a.SingleReplica }

// replicaWarnings calls warn for each running service that the upgrade or drain of a node may interrupt.
func (c Config) replicaWarnings(warn func(fldPath *field.Path, format string, args ...any)) {
	for _, w := range c.Workloads() {
		if fldPath := Path("services", w.Name, "autoscaling"); w.Autoscaling.isInterruptible() {
			warn(fldPath.Child("min"), "a node that is upgraded or drained stops the only pod: set it to at least %d, "+
				"or set %s to true to accept that", minReplicas, fldPath.Child("singleReplica"))
		}
	}
}

// validateReplicas rejects what replicaWarnings warns of.
func (c Config) validateReplicas() field.ErrorList {
	var errs field.ErrorList
	for _, name := range sortedKeys(c.Releases) {
		fldPath, autoscaling := Path("services", name, "autoscaling"), c.Services[name].Autoscaling
		// Other rules report an unknown service and a min below 1.
		if autoscaling.Min == 1 && autoscaling.isInterruptible() {
			errs = append(errs, field.Invalid(fldPath.Child("min"), autoscaling.Min, fmt.Sprintf(
				"must be at least %d, because modelferry:production is true: a node that is upgraded or drained stops the only pod. "+
					"To accept that, set %s to true", minReplicas, fldPath.Child("singleReplica"))))
		}
	}
	return errs
}
