package config

import "strings"

// Release is what is live of a service on one stack. Changing it is how a
// model is updated, and how it is rolled back.
type Release struct {
	// Image of the model server, with a tag or, better, a digest.
	Image string `json:"image" need:"required"`
	// Backend to run, where the service has several.
	Backend string `json:"backend"`
	// How the artifacts come into a pod: fetch, copied and verified by the fetcher, or csi, mounted from the bucket by the cloud's driver.
	Delivery string `json:"delivery" default:"fetch"`
	// Whether it is accepted that nothing compares with sha256 what csi mounts. A stack for production has to say so.
	Unverified bool `json:"unverified"`
	// Version of each artifact, by the catalogue's names.
	Artifacts map[string]ArtifactRelease `json:"artifacts" need:"required"`
	// What a backend has of its own, by the backend's name: so backend alone switches from one to the other.
	Backends map[string]BackendRelease `json:"backends"`
}

// BackendRelease is what is live of a service when it runs a backend.
type BackendRelease struct {
	// Version of artifacts, in place of the release's of the same name.
	Artifacts map[string]ArtifactRelease `json:"artifacts"`
}

// Artifact returns the version of an artifact that is live, and the keys below
// the release's own that it stands at: the backend's where it has one.
func (r Release) Artifact(name string) (release ArtifactRelease, keys []string, ok bool) {
	if release, ok = r.Backends[r.Backend].Artifacts[name]; ok {
		return release, []string{"backends", r.Backend, "artifacts", name}, true
	}
	release, ok = r.Artifacts[name]
	return release, []string{"artifacts", name}, ok
}

// eachArtifact calls a function with every artifact's release, live or not,
// and the path that it stands at below the release's own.
func (r Release) eachArtifact(do func(at string, a ArtifactRelease)) {
	for _, name := range sortedKeys(r.Artifacts) {
		do(".artifacts."+name, r.Artifacts[name])
	}
	for _, backend := range sortedKeys(r.Backends) {
		for _, name := range sortedKeys(r.Backends[backend].Artifacts) {
			do(".backends."+backend+".artifacts."+name, r.Backends[backend].Artifacts[name])
		}
	}
}

// artifactAt returns the live version of an artifact with its path in the config.
func (r Release) artifactAt(at, name string) (release ArtifactRelease, path string, ok bool) {
	release, keys, ok := r.Artifact(name)
	return release, at + "." + strings.Join(keys, "."), ok
}

// ArtifactRelease is one version of an artifact.
type ArtifactRelease struct {
	// Path of the object in its bucket. Under csi, one that ends in / is a folder.
	Path string `json:"path" need:"required"`
	// SHA-256 of the object in hexadecimal; what does not match is not served.
	SHA256 string `json:"sha256"`
	// Size of the object, such as 4.1MB; volumes and requests follow from it.
	Size string `json:"size" need:"required"`
	// Size on disk of what an archive unpacks to. Default: four times its size.
	UnpackedSize string `json:"unpackedSize"`
	// Version to pin: the generation on GCS, the version ID on S3.
	Version string `json:"version"`
}
