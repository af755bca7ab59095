package config

import (
	"fmt"
	"strings"

	"github.com/dustin/go-humanize"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// maxFileNameBytes is the maximum length of a file name on Linux.
const maxFileNameBytes = 255

// validateDestinations rejects two artifacts with the same path in the pod, an artifact below the file of another one,
// and artifacts that share a mount or an environment variable.
func (r Release) validateDestinations(fldPath *field.Path, artifacts map[string]Artifact) field.ErrorList {
	var errs field.ErrorList
	var previous []ResolvedArtifact
	for _, name := range sortedKeys(artifacts) {
		release, fldPath, ok := r.artifactPath(fldPath, name)
		if !ok || release.Path == "" {
			continue // reported as missing
		}
		a := ResolveArtifact(name, artifacts[name], release)
		for element := range strings.SplitSeq(a.File, "/") {
			if len(element) > maxFileNameBytes {
				err := field.TooLong(fldPath.Child("path"), release.Path, maxFileNameBytes)
				err.Detail = "a file name " + err.Detail
				errs = append(errs, err)
			}
		}
		for _, other := range previous {
			errs = append(errs, a.validateDistinct(fldPath, other)...)
		}
		previous = append(previous, a)
	}
	return errs
}

func (a ResolvedArtifact) validateDistinct(fldPath *field.Path, other ResolvedArtifact) field.ErrorList {
	var errs field.ErrorList
	switch {
	case a.File == other.File:
		errs = append(errs, duplicate(fldPath, a.File, fmt.Sprintf("already the destination of artifact %q", other.Name)))
	case strings.HasPrefix(a.File, other.File+"/"), strings.HasPrefix(other.File, a.File+"/"):
		errs = append(errs, field.Invalid(fldPath, a.File, fmt.Sprintf(
			"must not overlap the destination of artifact %q, %s: a file cannot be a directory", other.Name, other.File)))
	}
	if a.Mount != "" && a.Mount == other.Mount {
		errs = append(errs, duplicate(fldPath, a.Mount, fmt.Sprintf("already the mount of artifact %q", other.Name)))
	}
	if a.Env != "" && a.Env == other.Env {
		errs = append(errs, duplicate(fldPath, a.Env, fmt.Sprintf("already the env of artifact %q", other.Name)))
	}
	return errs
}

// validateEphemeralStorage rejects artifacts that need more space than the limit on ephemeral storage.
func (r Release) validateEphemeralStorage(fldPath *field.Path, service Service) field.ErrorList {
	w := service.workload("", r)
	limit, err := resource.ParseQuantity(w.Resources.Limits.EphemeralStorage)
	if err != nil || w.VolumeBytes() <= limit.Value() {
		return nil // there is no limit, or validateServices reports that it is invalid
	}
	return field.ErrorList{field.Invalid(fldPath, humanize.IBytes(uint64(w.VolumeBytes())), fmt.Sprintf(
		"must be at most the limit on ephemeral storage, %s: raise resources.limits.ephemeralStorage",
		w.Resources.Limits.EphemeralStorage))}
}
