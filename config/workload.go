package config

import "maps"

// Workload is a service with its release on a stack, and the backend that the
// release selects.
type Workload struct {
	Service
	// Name of the service in the config.
	Name string
	// Image of the model server.
	Image string
	// UsesCSI means that the CSI driver mounts the buckets, so that nothing is downloaded.
	UsesCSI bool
	// Artifacts in their released versions: the model first, then the others sorted by name.
	Artifacts []ResolvedArtifact
}

// Workloads returns the services that have a release on the stack whose image and artifacts are published, sorted by
// name. A new stack has none, because artifacts and images can be uploaded only when its buckets and registry exist.
func (c Config) Workloads() []Workload {
	var workloads []Workload
	for _, w := range c.releasedWorkloads() {
		if c.deploys(w) {
			workloads = append(workloads, w)
		}
	}
	return workloads
}

// releasedWorkloads returns the services that have a release, also one that is not published, sorted by name.
func (c Config) releasedWorkloads() []Workload {
	var workloads []Workload
	for _, name := range sortedKeys(c.Releases) {
		w := c.Services[name].workload(name, c.Releases[name])
		for i, artifact := range w.Artifacts {
			release, _, _ := c.Releases[name].Artifact(artifact.Name) // the rules report a missing version
			w.Artifacts[i].Signature = c.Signatures.Resolve(release.Signature)
		}
		workloads = append(workloads, w)
	}
	return workloads
}

func (s Service) workload(name string, r Release) Workload {
	w := Workload{Service: s, Name: name, Image: r.Image, UsesCSI: r.UsesCSI()}
	w.Service.Artifacts = s.artifacts(r.Backend)
	w.Env = maps.Clone(s.Env)
	if w.Env == nil {
		w.Env = map[string]string{}
	}
	backend := s.Backends[r.Backend]
	maps.Copy(w.Env, backend.Env)
	if backend.GPU != nil {
		w.GPU = *backend.GPU
	}
	if backend.Resources != nil {
		w.Resources = *backend.Resources
	}
	for _, name := range append([]string{ModelArtifact}, sortedKeys(w.Service.Artifacts)...) {
		artifact, ok := w.Service.Artifacts[name]
		if !ok || (name == ModelArtifact && len(w.Artifacts) > 0) {
			continue
		}
		release, _, _ := r.Artifact(name) // the rules report a missing version
		w.Artifacts = append(w.Artifacts, ResolveArtifact(name, artifact, release))
	}
	return w
}

// VolumeBytes returns the size of the volume for the artifacts: their sizes, 10% more because the sizes in the config
// are rounded, and 16 MiB for the fetcher's staging files.
func (w Workload) VolumeBytes() int64 {
	var sum int64
	for _, artifact := range w.Artifacts {
		sum += artifact.Bytes
	}
	return sum + sum/10 + 16<<20
}

// artifacts returns the artifacts of the service, with those that a backend replaces or adds.
func (s Service) artifacts(backend string) map[string]Artifact {
	artifacts := map[string]Artifact{}
	maps.Copy(artifacts, s.Artifacts)
	maps.Copy(artifacts, s.Backends[backend].Artifacts)
	return artifacts
}

// hasBackend reports whether a release may select the backend. The name "" stands for no backend.
func (s Service) hasBackend(name string) bool {
	if len(s.Backends) == 0 {
		return name == ""
	}
	_, ok := s.Backends[name]
	return ok
}
