package stack

import (
	"github.com/modelferry/modelferry/components"
	"github.com/modelferry/modelferry/config"
)

func quota(q *config.Quota) *components.Quota {
	if q == nil {
		return nil
	}
	return &components.Quota{Requests: components.ResourceList(q.Requests), Limits: components.ResourceList(q.Limits), Pods: q.Pods}
}

func containerDefaults(r *config.ResourceRequirements) *components.Resources {
	if r == nil {
		return nil
	}
	defaults := resources(*r)
	return &defaults
}
