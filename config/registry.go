package config

import "regexp"

// Registry is where the stack's images lie.
type Registry struct {
	// Whether the stack makes the repository: one in Artifact Registry, or one an image in ECR.
	Create *bool `json:"create" default:"true"`
	// Name of the repository (GKE), or the first part of the repositories' names (EKS).
	Name string `json:"name" default:"modelferry"`
	// Age in days at which an image that has no tag is deleted; 0 for never, where images are pushed by digest alone.
	UntaggedDays int `json:"untaggedDays" default:"30"`
}

// registryName is what Artifact Registry and ECR both take.
var registryName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

func (r Registry) check(f *Faults) {
	if !registryName.MatchString(r.Name) {
		f.add("registry.name", "%q is no repository's name: write a letter, then up to 62 small letters, digits and hyphens", r.Name)
	}
	if r.UntaggedDays < 0 {
		f.add("registry.untaggedDays", "has to be 0 or more, not %d: 0 keeps every image", r.UntaggedDays)
	}
}
