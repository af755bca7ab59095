package config

import (
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Rollout is how a new release replaces the previous one.
type Rollout struct {
	// Time after which an unfinished rollout counts as failed. The old pods keep serving.
	Deadline time.Duration `json:"deadline" default:"10m"`
}

func (r Rollout) validate(fldPath *field.Path) field.ErrorList {
	return validatePositive(fldPath.Child("deadline"), r.Deadline)
}
