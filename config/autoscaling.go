package config

import (
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Autoscaling is the HorizontalPodAutoscaler of a service.
type Autoscaling struct {
	// Minimum number of replicas, at least 1.
	Min int `json:"min" default:"1"`
	// Maximum number of replicas.
	Max int `json:"max" default:"3"`
	// Target CPU utilization in percent of the request.
	CPU int `json:"cpu" default:"70"`
	// Stabilization window before replicas are removed, up to 1h.
	ScaleDownWindow time.Duration `json:"scaleDownWindow" default:"300s"`
}

func (a Autoscaling) validate(fldPath *field.Path) field.ErrorList {
	errs := validateMinMax(fldPath, a.Min, a.Max, 1)
	errs = append(errs, validateBetween(fldPath.Child("cpu"), a.CPU, 1, 100)...)
	if a.ScaleDownWindow < 0 || a.ScaleDownWindow > time.Hour {
		errs = append(errs, field.Invalid(fldPath.Child("scaleDownWindow"), a.ScaleDownWindow.String(), "must be between 0s and 1h"))
	}
	return errs
}
