package config

import (
	"fmt"
	"regexp"
	"slices"

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
	// Who may pull the stack's images, besides the nodes of a cluster that the stack creates: IAM members such as
	// serviceAccount:EMAIL on GKE, ARNs of accounts (arn:aws:iam::ACCOUNT:root), roles or users on EKS.
	Readers []string `json:"readers"`
}

// registryName matches names that both Artifact Registry and ECR accept.
var registryName = regexp.MustCompile(`^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

func (r Registry) validate(fldPath *field.Path, reader nameFormat) field.ErrorList {
	var errs field.ErrorList
	if !registryName.MatchString(r.Name) {
		errs = append(errs, field.Invalid(fldPath.Child("name"), r.Name,
			"must be a letter, then up to 62 lower case letters, digits and hyphens"))
	}
	errs = append(errs, validateAtLeast(fldPath.Child("untaggedDays"), r.UntaggedDays, 0)...)
	if r.Create != nil && !*r.Create && len(r.Readers) > 0 {
		errs = append(errs, field.Forbidden(fldPath.Child("readers"), "create is false, so the stack has no repository: remove it"))
	}
	return append(errs, validateNames(fldPath.Child("readers"), r.Readers, reader)...)
}

// validateNames checks a list of names, which may not repeat: each has a resource of its own.
func validateNames(fldPath *field.Path, names []string, format nameFormat) field.ErrorList {
	var errs field.ErrorList
	for i, name := range names {
		errs = append(errs, validateRequiredName(fldPath.Index(i), name, format)...)
	}
	return append(errs, validateUnique(fldPath, names)...)
}

// repository returns the full name of the repository that the stack creates on GKE.
func (c Config) repository() string {
	return fmt.Sprintf("projects/%s/locations/%s/repositories/%s", c.GCP.Project, c.GCP.Region, c.Registry.Name)
}

// imageAccessWarnings calls warn for images in Artifact Registry that the nodes' service account cannot read.
func (c Config) imageAccessWarnings(warn func(fldPath *field.Path, format string, args ...any)) {
	if c.Cloud != GKE || c.Cluster.Create == nil {
		return
	}
	readable := slices.Clone(c.Cluster.Create.ImageRepositories)
	if *c.Registry.Create {
		readable = append(readable, c.repository())
	}
	check := func(fldPath *field.Path, image string) {
		if repository := gcpRepositoryOf(image); repository != "" && !slices.Contains(readable, repository) {
			warn(fldPath, "unless it is public, the nodes cannot pull from %s: add it to %s (docs/operations.md, \"Image access\")",
				repository, Path("cluster", "create", "imageRepositories"))
		}
	}
	if !isPlaceholderImage(c.Fetcher.Image) {
		check(Path("fetcher", "image"), c.Fetcher.Image)
	}
	for _, w := range c.Workloads() {
		check(Path("releases", w.Name, "image"), w.Image)
	}
}
