package config

import (
	"fmt"

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
