package config

import (
	"fmt"
	"regexp"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ArtifactRelease is one version of an artifact.
type ArtifactRelease struct {
	// Path of the object in its bucket. With delivery csi, a path that ends in / is a folder.
	Path string `json:"path" need:"required"`
	// SHA-256 digest of the object in hexadecimal. The fetcher rejects an object with a different digest.
	SHA256 string `json:"sha256"`
	// Size of the object, such as 4.1MB. Volumes and requests are computed from it.
	Size string `json:"size" need:"required"`
	// Size of an archive's content on disk. Default: four times the size of the archive.
	UnpackedSize string `json:"unpackedSize"`
	// Version to pin: the generation of a Cloud Storage object, the version ID of an S3 object.
	Version string `json:"version"`
	// Signature that the object must have. Default: none.
	Signature *Signature `json:"signature"`
}

// maxObjectKeyBytes is the maximum length of an object key on both clouds.
const maxObjectKeyBytes = 1024

var sha256Hex = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

// validate checks the version of an artifact. prefix is the prefix of the service. With csi, the path may be a folder.
func (a ArtifactRelease) validate(fldPath *field.Path, prefix string, csi bool) field.ErrorList {
	key := a.Path
	if csi {
		key, _ = a.folderKey()
	}
	errs := validateKey(fldPath.Child("path"), a.Path, key, prefix)
	if a.SHA256 != "" && !sha256Hex.MatchString(a.SHA256) {
		errs = append(errs, field.Invalid(fldPath.Child("sha256"), a.SHA256, "must be 64 hexadecimal digits (sha256sum FILE)"))
	}
	if a.Size == "" {
		errs = append(errs, field.Required(fldPath.Child("size"), "must be the object's size, such as 4.1MB"))
	} else {
		errs = append(errs, validateSize(fldPath.Child("size"), a.Size)...)
	}
	if a.UnpackedSize != "" {
		errs = append(errs, validateSize(fldPath.Child("unpackedSize"), a.UnpackedSize)...)
	}
	return errs
}

// validateKey checks the path of an object of a service. key is the path, without the / of a folder.
func validateKey(fldPath *field.Path, path, key, prefix string) field.ErrorList {
	switch {
	case path == "":
		return field.ErrorList{field.Required(fldPath, "must be the path of an object in the bucket")}
	case len(path) > maxObjectKeyBytes:
		return field.ErrorList{field.TooLong(fldPath, path, maxObjectKeyBytes)}
	case !isObjectKey(key):
		return field.ErrorList{field.Invalid(fldPath, path, "must be the path of an object, relative to the bucket and without ..")}
	case !strings.HasPrefix(path, prefix):
		return field.ErrorList{field.Invalid(fldPath, path,
			fmt.Sprintf("must begin with %s: the service's identity may read nothing else", prefix))}
	}
	return nil
}

// folderKey returns the path without a trailing /, and whether the path had one and is therefore a folder.
func (a ArtifactRelease) folderKey() (key string, folder bool) { return strings.CutSuffix(a.Path, "/") }
