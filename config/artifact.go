package config

import (
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ModelArtifact is the name of the artifact that every service has: its model.
const ModelArtifact = "model"

// Artifact is a file or archive that a service needs, without its version.
type Artifact struct {
	// Bucket of the artifact: models or datasets.
	Bucket string `json:"bucket" default:"models"`
	// Destination path, relative to the model folder. If it ends in /, it is a directory, and the file in it is named
	// after the object.
	Dest string `json:"dest" need:"required"`
	// Additional absolute path at which the artifact is mounted.
	Mount string `json:"mount"`
	// Environment variable of the model server that is set to the path of the artifact. For an archive, or a dest that
	// ends in /, that is the path of the directory.
	Env string `json:"env"`
	// Whether the artifact is an archive to extract. With false an archive stays packed. Default: true for objects that
	// end in .tar, .tar.gz, .tgz or .tar.zst.
	Extract *bool `json:"extract"`
}

// artifactName matches the names of artifacts and backends. The name of an artifact is part of an annotation's name.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/#syntax-and-character-set
var artifactName = nameFormat{
	regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$`),
	"at most 63 letters, digits and . _ -, with a letter or digit at both ends",
}

// tmpDir is the only directory that the model server can write to.
const tmpDir = "/tmp"

func validateArtifacts(fldPath *field.Path, artifacts map[string]Artifact, modelFolder string) field.ErrorList {
	var errs field.ErrorList
	for _, name := range sortedKeys(artifacts) {
		errs = append(errs, validateRequiredName(fldPath.Child(name), name, artifactName)...)
		errs = append(errs, artifacts[name].validate(fldPath.Child(name), modelFolder)...)
	}
	return errs
}

func (a Artifact) validate(fldPath *field.Path, modelFolder string) field.ErrorList {
	errs := validateSupported(fldPath.Child("bucket"), a.Bucket, BucketNames())
	switch {
	case a.Dest == "":
		errs = append(errs, field.Required(fldPath.Child("dest"), "must be a path relative to the model folder"))
	case !isObjectKey(strings.TrimSuffix(a.Dest, "/")):
		errs = append(errs, field.Invalid(fldPath.Child("dest"), a.Dest, "must be a path relative to the model folder, without .."))
	case strings.HasPrefix(a.Dest, "."):
		errs = append(errs, field.Invalid(fldPath.Child("dest"), a.Dest,
			"must not begin with a dot: such names are reserved for the fetcher"))
	}
	switch {
	case a.Mount == "":
	case !isMountPath(a.Mount):
		errs = append(errs, field.Invalid(fldPath.Child("mount"), a.Mount, "must be an absolute path without : and \\"))
	case isSubpath(a.Mount, modelFolder) || isSubpath(modelFolder, a.Mount) || isSubpath(a.Mount, tmpDir):
		errs = append(errs, field.Invalid(fldPath.Child("mount"), a.Mount,
			fmt.Sprintf("must not overlap the other mounts, %s and %s", modelFolder, tmpDir)))
	}
	if a.Env != "" {
		errs = append(errs, validateEnvName(fldPath.Child("env"), a.Env)...)
	}
	return errs
}

// destIsDir reports whether dest is a directory, in which the file is named after the object.
func (a Artifact) destIsDir() bool { return a.Dest != "" && path.Clean(a.Dest)+"/" == a.Dest }

// isSubpath reports whether a clean path is dir itself or below it.
func isSubpath(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, dir+"/")
}

// isMountPath reports whether a path is absolute, clean and printable, and not the root. It may not contain a colon.
// https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#volumes-1
func isMountPath(name string) bool {
	return path.IsAbs(name) && path.Clean(name) == name && name != "/" && isPrintable(name) && !strings.ContainsAny(name, `:\`)
}

// isObjectKey reports whether a path is relative, clean, without control characters and not empty, and does not leave
// the directory that it is joined to.
func isObjectKey(key string) bool {
	return key != "" && path.Clean(key) == key && !path.IsAbs(key) && key != "." && key != ".." &&
		!strings.HasPrefix(key, "../") && !strings.Contains(key, `\`) &&
		utf8.ValidString(key) && !strings.ContainsFunc(key, unicode.IsControl)
}
