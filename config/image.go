package config

import (
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// validateImage checks a required image reference, which must have a tag or a digest.
func validateImage(fldPath *field.Path, value string) field.ErrorList {
	if value == "" {
		return validateRequired(fldPath, value)
	}
	named, err := reference.ParseNormalizedNamed(value)
	if err != nil {
		return field.ErrorList{field.Invalid(fldPath, value, fmt.Sprintf("must be an image reference: %v", err))}
	}
	if reference.IsNameOnly(named) {
		return field.ErrorList{field.Invalid(fldPath, value, "must have a digest or a tag: add @sha256:… or :TAG")}
	}
	return nil
}

// gcpRepositoryOf returns the full name of the Artifact Registry repository of a valid image, "" for other registries.
// https://cloud.google.com/artifact-registry/docs/docker/names
func gcpRepositoryOf(image string) string {
	named, err := reference.ParseNormalizedNamed(image)
	if err != nil {
		return ""
	}
	location, found := strings.CutSuffix(reference.Domain(named), "-docker.pkg.dev")
	elements := strings.Split(reference.Path(named), "/")
	if !found || len(elements) < 3 {
		return ""
	}
	if strings.Contains(elements[0], ".") { // a project of a domain: example.com/PROJECT stands for example.com:PROJECT
		elements = append([]string{elements[0] + ":" + elements[1]}, elements[2:]...)
	}
	return fmt.Sprintf("projects/%s/locations/%s/repositories/%s", elements[0], location, elements[1])
}

// requireDigest rejects a valid image reference without a digest.
func requireDigest(fldPath *field.Path, value string) field.ErrorList {
	named, err := reference.ParseNormalizedNamed(value)
	if err != nil || reference.IsNameOnly(named) {
		return nil // reported by validateImage
	}
	if _, ok := named.(reference.Digested); ok {
		return nil
	}
	return field.ErrorList{field.Invalid(fldPath, value, "must have a digest, because modelferry:production is true: add @sha256:…")}
}
