package config

import (
	"time"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Rollout is how a new release replaces the previous one.
type Rollout struct {
	// Time after which an unfinished rollout counts as failed. The old pods keep serving. Default: 10m, or 30m for a
	// service with GPUs if its new pods wait for a new node.
	Deadline *time.Duration `json:"deadline"`
}

// Defaults of the deadline. A new node with a GPU takes minutes to start, then its driver is installed, then it pulls
// an image of several GB.
// https://cloud.google.com/kubernetes-engine/docs/how-to/gpus#installing_drivers
const (
	defaultRolloutDeadline = 10 * time.Minute
	gpuRolloutDeadline     = 30 * time.Minute
)

func (r Rollout) validate(fldPath *field.Path) field.ErrorList {
	if r.Deadline == nil {
		return nil
	}
	return validatePositive(fldPath.Child("deadline"), *r.Deadline)
}

// RolloutDeadline returns the time limit of a workload's rollout.
func (c Config) RolloutDeadline(w Workload) time.Duration {
	switch {
	case c.Rollout.Deadline != nil:
		return *c.Rollout.Deadline
	case c.GPUsFor(w) > 0 && c.startsGPUNodes():
		return gpuRolloutDeadline
	}
	return defaultRolloutDeadline
}

// startsGPUNodes reports whether a rolling update may need a node with GPUs that does not run yet. The nodes of an
// existing cluster are not known.
func (c Config) startsGPUNodes() bool {
	return c.Cluster.Create == nil || c.GPU.Min < c.minGPUNodes()
}
