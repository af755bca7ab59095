package config

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ResourceRequirements are the requests and limits of a container.
type ResourceRequirements struct {
	// Resources that the scheduler reserves.
	Requests ResourceList `json:"requests"`
	// Maximum resources that the container may use.
	Limits ResourceList `json:"limits"`
}

// ResourceList has Kubernetes quantities.
type ResourceList struct {
	// CPU, such as 500m.
	CPU string `json:"cpu"`
	// Memory, such as 512Mi.
	Memory string `json:"memory"`
	// Ephemeral storage, including the artifacts. Default: computed from the artifacts' sizes.
	EphemeralStorage string `json:"ephemeralStorage"`
}

func (r ResourceRequirements) validate(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, q := range []struct{ key, request, limit string }{
		{"cpu", r.Requests.CPU, r.Limits.CPU},
		{"memory", r.Requests.Memory, r.Limits.Memory},
		{"ephemeralStorage", r.Requests.EphemeralStorage, r.Limits.EphemeralStorage},
	} {
		request, requestErrs := parseQuantity(fldPath.Child("requests", q.key), q.request)
		limit, limitErrs := parseQuantity(fldPath.Child("limits", q.key), q.limit)
		errs = append(append(errs, requestErrs...), limitErrs...)
		if request != nil && limit != nil && request.Cmp(*limit) > 0 {
			errs = append(errs, field.Invalid(fldPath.Child("requests", q.key), q.request,
				fmt.Sprintf("must be at most the limit, %s", q.limit)))
		}
	}
	return errs
}

// parseQuantity returns nil for an empty value.
func parseQuantity(fldPath *field.Path, value string) (*resource.Quantity, field.ErrorList) {
	if value == "" {
		return nil, nil
	}
	quantity, err := resource.ParseQuantity(value)
	if err != nil || quantity.Sign() < 0 {
		return nil, field.ErrorList{field.Invalid(fldPath, value, "must be a Kubernetes quantity, such as 500m or 512Mi")}
	}
	return &quantity, nil
}
