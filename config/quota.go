package config

import "k8s.io/apimachinery/pkg/util/validation/field"

// Quota is the ResourceQuota of the namespace.
type Quota struct {
	// Sum of all pods' requests. Kubernetes then rejects containers without requests, unless containerDefaults sets
	// them.
	Requests ResourceList `json:"requests"`
	// Sum of all pods' limits. Kubernetes then rejects containers without limits, unless containerDefaults sets them.
	Limits ResourceList `json:"limits"`
	// Maximum number of pods, including those of a rollout; 0 for no limit.
	Pods int `json:"pods"`
}

func (q Quota) validate(fldPath *field.Path) field.ErrorList {
	errs := ResourceRequirements{Requests: q.Requests, Limits: q.Limits}.validate(fldPath)
	return append(errs, validateAtLeast(fldPath.Child("pods"), q.Pods, 0)...)
}
