package config

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Values of delivery: how the artifacts of a release get into a pod.
const (
	// DeliveryFetch means that the init container downloads and verifies them.
	DeliveryFetch = "fetch"
	// DeliveryCSI means that the cloud's CSI driver mounts the bucket. Nothing is copied or verified.
	DeliveryCSI = "csi"
)

// UsesCSI reports whether the CSI driver mounts the artifacts' buckets.
func (r Release) UsesCSI() bool { return r.Delivery == DeliveryCSI }

// NeedsCSIDriver reports whether a published release has delivery csi. The cluster then needs the cloud's CSI driver.
func (c Config) NeedsCSIDriver() bool {
	return slices.ContainsFunc(c.Workloads(), func(w Workload) bool { return w.UsesCSI })
}

// validateDelivery rejects settings that a mounted bucket does not support.
func (r Release) validateDelivery(fldPath *field.Path, artifacts map[string]Artifact, storageEndpoint string) field.ErrorList {
	errs := validateSupported(fldPath.Child("delivery"), r.Delivery, []string{DeliveryFetch, DeliveryCSI})
	if !r.UsesCSI() {
		return errs
	}
	if storageEndpoint != "" {
		errs = append(errs, field.Forbidden(fldPath.Child("delivery"), fmt.Sprintf(
			"%s may not be combined with %s: set it to %s", DeliveryCSI, Path("endpoints", "storage"), DeliveryFetch)))
	}
	for _, name := range sortedKeys(artifacts) {
		release, fldPath, _ := r.artifactPath(fldPath, name)
		resolved := ResolveArtifact(name, artifacts[name], release)
		switch {
		case resolved.Unpacked:
			errs = append(errs, field.Invalid(fldPath.Child("path"), release.Path, fmt.Sprintf(
				"must be a folder (FOLDER/) with the archive's content, because %s extracts nothing; or set delivery to %s",
				DeliveryCSI, DeliveryFetch)))
		case resolved.IsFolder && !artifacts[name].destIsDir():
			errs = append(errs, field.Invalid(fldPath.Child("path"), release.Path, fmt.Sprintf(
				"must not be a folder, because the artifact's dest, %q, does not end in /", artifacts[name].Dest)))
		}
		if release.Version != "" {
			errs = append(errs, field.Forbidden(fldPath.Child("version"), fmt.Sprintf(
				"%s mounts the current version: remove it, or set delivery to %s", DeliveryCSI, DeliveryFetch)))
		}
		if resolved.IsFolder && release.SHA256 != "" {
			errs = append(errs, field.Forbidden(fldPath.Child("sha256"), "a folder has no digest: remove it"))
		}
	}
	return errs
}
