package config

import (
	"regexp"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Registry is the container registry of the stack's images.
type Registry struct {
	// Whether the stack creates the repository: one in Artifact Registry, or one for each image in ECR.
	Create *bool `json:"create" default:"true"`
	// Name of the repository on GKE, prefix of the repositories' names on EKS.
	Name string `json:"name" default:"modelferry"`
	// Age in days at which an untagged image is deleted. With 0, untagged images are kept, for example if images are
	// pushed by digest only.
	UntaggedDays int `json:"untaggedDays" default:"30"`
}

// registryName matches names that both Artifact Registry and ECR accept.
var registryName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

func (r Registry) validate(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	if !registryName.MatchString(r.Name) {
		errs = append(errs, field.Invalid(fldPath.Child("name"), r.Name,
			"must be a letter, then up to 62 lower case letters, digits and hyphens"))
	}
	return append(errs, validateAtLeast(fldPath.Child("untaggedDays"), r.UntaggedDays, 0)...)
}
