package config

import (
	"fmt"
	"path"
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

// tmpDir is the only directory that the model server can write to.
const tmpDir = "/tmp"

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
	case !isCleanAbs(a.Mount):
		errs = append(errs, field.Invalid(fldPath.Child("mount"), a.Mount, "must be an absolute path"))
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

// isCleanAbs reports whether a path is absolute, clean, and not the root.
func isCleanAbs(name string) bool { return path.IsAbs(name) && path.Clean(name) == name && name != "/" }

// isObjectKey reports whether a path is relative, clean, without control characters and not empty, and does not leave
// the directory that it is joined to.
func isObjectKey(key string) bool {
	return key != "" && path.Clean(key) == key && !path.IsAbs(key) && key != "." && key != ".." &&
		!strings.HasPrefix(key, "../") && !strings.Contains(key, `\`) &&
		utf8.ValidString(key) && !strings.ContainsFunc(key, unicode.IsControl)
}
