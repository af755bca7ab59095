package config

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/config/suggest"
)

// Release selects the image and artifact versions of a service on a stack. A change of it updates the model or rolls it
// back.
type Release struct {
	// Image of the model server, with a digest (recommended) or a tag.
	Image string `json:"image" need:"required"`
	// Backend to run. Required if the service has backends.
	Backend string `json:"backend"`
	// How the artifacts get into a pod. With fetch, the fetcher downloads and verifies them. With csi, the cloud's CSI
	// driver mounts the bucket.
	Delivery string `json:"delivery" default:"fetch"`
	// Whether to accept that artifacts with delivery csi are not verified. Must be true for delivery csi on a
	// production stack.
	Unverified bool `json:"unverified"`
	// Version of each artifact, by the name of the artifact in services.
	Artifacts map[string]ArtifactRelease `json:"artifacts" need:"required"`
	// Artifact versions for single backends, by the name of the backend. To switch backends, change only backend.
	Backends map[string]BackendRelease `json:"backends"`
}

// BackendRelease has the artifact versions of a release for one backend.
type BackendRelease struct {
	// Versions that replace the release's versions of the same artifacts.
	Artifacts map[string]ArtifactRelease `json:"artifacts"`
}

// Artifact returns the released version of an artifact, and its path below the release: backends.NAME.artifacts.NAME if
// the selected backend has a version, otherwise artifacts.NAME.
func (r Release) Artifact(name string) (release ArtifactRelease, keys []string, ok bool) {
	if release, ok = r.Backends[r.Backend].Artifacts[name]; ok {
		return release, []string{"backends", r.Backend, "artifacts", name}, true
	}
	release, ok = r.Artifacts[name]
	return release, []string{"artifacts", name}, ok
}

// artifactPath is Artifact with a field.Path for errors. fldPath is the path of the release.
func (r Release) artifactPath(fldPath *field.Path, name string) (ArtifactRelease, *field.Path, bool) {
	release, keys, ok := r.Artifact(name)
	return release, fldPath.Child(keys[0], keys[1:]...), ok
}

// forEachArtifact calls visit with every artifact version and its path, including the versions of backends that are not
// selected.
func (r Release) forEachArtifact(fldPath *field.Path, visit func(fldPath *field.Path, a ArtifactRelease)) {
	for _, name := range sortedKeys(r.Artifacts) {
		visit(fldPath.Child("artifacts", name), r.Artifacts[name])
	}
	for _, backend := range sortedKeys(r.Backends) {
		for _, name := range sortedKeys(r.Backends[backend].Artifacts) {
			visit(fldPath.Child("backends", backend, "artifacts", name), r.Backends[backend].Artifacts[name])
		}
	}
}

// validateReleases checks each release together with its service.
func (c Config) validateReleases(fldPath *field.Path) field.ErrorList {
	var errs field.ErrorList
	for _, name := range sortedKeys(c.Releases) {
		service, known := c.Services[name]
		if !known {
			errs = append(errs, notFound(fldPath.Child(name), name, "must be a service"+suggest.DidYouMean(name, c.ServiceNames())))
			continue
		}
		errs = append(errs, c.Releases[name].validate(fldPath.Child(name), service, Path("services", name), c.Endpoints.Storage)...)
	}
	return errs
}

// validateObjectVersions checks the pinned versions of objects, also those of backends that are not selected.
func (c Config) validateObjectVersions(fldPath *field.Path, format nameFormat) field.ErrorList {
	var errs field.ErrorList
	for _, name := range sortedKeys(c.Releases) {
		if _, known := c.Services[name]; !known {
			continue // reported by validateReleases
		}
		c.Releases[name].forEachArtifact(fldPath.Child(name), func(fldPath *field.Path, a ArtifactRelease) {
			errs = append(errs, format.validate(fldPath.Child("version"), a.Version)...)
		})
	}
	return errs
}

func (r Release) validate(fldPath *field.Path, service Service, servicePath *field.Path, storageEndpoint string) field.ErrorList {
	errs := validateImage(fldPath.Child("image"), r.Image)
	if backendErrs := r.validateBackend(fldPath.Child("backend"), service); len(backendErrs) > 0 {
		return append(errs, backendErrs...) // the other rules depend on the backend
	}
	artifacts := service.artifacts(r.Backend)
	if _, ok := artifacts[ModelArtifact]; !ok {
		errs = append(errs, field.Required(servicePath.Child("artifacts", ModelArtifact), "must be set: every service has a model"))
	}
	for _, name := range sortedKeys(artifacts) {
		if _, fldPath, ok := r.artifactPath(fldPath, name); !ok {
			errs = append(errs, field.Required(fldPath, "must have the path, sha256 and size of a version"))
		}
	}
	errs = append(errs, r.validateVersions(fldPath.Child("artifacts"), r.Artifacts, artifacts, service.Prefix)...)
	errs = append(errs, r.validateBackends(fldPath.Child("backends"), service)...)
	errs = append(errs, r.validateDelivery(fldPath, artifacts, storageEndpoint)...)
	errs = append(errs, r.validateDestinations(fldPath, artifacts)...)
	if !r.UsesCSI() {
		errs = append(errs, r.validateEphemeralStorage(fldPath.Child("artifacts"), service)...)
	}
	return errs
}

func (r Release) validateBackend(fldPath *field.Path, service Service) field.ErrorList {
	backends := sortedKeys(service.Backends)
	switch {
	case service.hasBackend(r.Backend):
		return nil
	case r.Backend == "":
		return field.ErrorList{field.Required(fldPath, "must be one of "+strings.Join(backends, ", "))}
	case len(backends) == 0:
		return field.ErrorList{field.Forbidden(fldPath, "the service has no backends: remove it")}
	}
	return field.ErrorList{field.NotSupported(fldPath, r.Backend, backends)}
}

// validateVersions checks the versions of the service's artifacts, and rejects versions of other artifacts.
func (r Release) validateVersions(
	fldPath *field.Path, versions map[string]ArtifactRelease, artifacts map[string]Artifact, prefix string,
) field.ErrorList {
	var errs field.ErrorList
	for _, name := range sortedKeys(versions) {
		fldPath := fldPath.Child(name)
		if _, known := artifacts[name]; !known {
			errs = append(errs, notFound(fldPath, name,
				"must be an artifact of the service"+suggest.DidYouMean(name, sortedKeys(artifacts))))
			continue
		}
		errs = append(errs, versions[name].validate(fldPath, prefix, r.UsesCSI())...)
	}
	return errs
}

// validateBackends checks the versions of every backend, also of those that are not selected, so that a switch to
// another backend does not fail.
func (r Release) validateBackends(fldPath *field.Path, service Service) field.ErrorList {
	var errs field.ErrorList
	for _, backend := range sortedKeys(r.Backends) {
		fldPath := fldPath.Child(backend)
		if _, known := service.Backends[backend]; !known {
			errs = append(errs, notFound(fldPath, backend,
				"must be a backend of the service"+suggest.DidYouMean(backend, sortedKeys(service.Backends))))
			continue
		}
		errs = append(errs, r.validateVersions(fldPath.Child("artifacts"),
			r.Backends[backend].Artifacts, service.artifacts(backend), service.Prefix)...)
	}
	return errs
}

// validateProduction rejects what could change without a change of the config: images without a digest and artifacts
// that are not verified.
func (c Config) validateProduction() field.ErrorList {
	errs := requireDigest(Path("fetcher", "image"), c.Fetcher.Image)
	for _, name := range sortedKeys(c.Releases) {
		release, fldPath := c.Releases[name], Path("releases", name)
		errs = append(errs, requireDigest(fldPath.Child("image"), release.Image)...)
		if release.UsesCSI() && !release.Unverified {
			errs = append(errs, field.Forbidden(fldPath.Child("delivery"), fmt.Sprintf(
				"%s does not verify artifacts, and modelferry:production is true: set it to %s, or set %s to true",
				DeliveryCSI, DeliveryFetch, fldPath.Child("unverified"))))
		}
		release.forEachArtifact(fldPath, func(fldPath *field.Path, a ArtifactRelease) {
			if a.SHA256 == "" && !release.UsesCSI() {
				errs = append(errs, field.Required(fldPath.Child("sha256"),
					"must be set, because modelferry:production is true (sha256sum FILE)"))
			}
		})
	}
	return errs
}
