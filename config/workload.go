package config

import (
	"maps"
	"path"
	"strings"
)

// Workload is a service as it is live on a stack: the catalogue's entry, the
// release and the backend that it picks, put together.
type Workload struct {
	Service
	// Name of the service in the catalogue.
	Name string
	// Image of the model server.
	Image string
	// UsesCSI tells that the buckets are mounted, in place of being copied from.
	UsesCSI bool
	// Artifacts artifacts, the model first, the others by name.
	Artifacts []ResolvedArtifact
}

// ResolvedArtifact is one artifact in the version that is live.
type ResolvedArtifact struct {
	Artifact
	// Name of the artifact in the catalogue.
	Name string
	// Path of the object in its bucket.
	Path string
	// File that it is in the model folder, or that it would be were it not unpacked.
	File string
	// IsFolder tells that all below the path appears, as a folder; only a mounted bucket has such.
	IsFolder bool
	// Unpacked tells whether it is an archive that is unpacked into the file's folder.
	Unpacked bool
	// SHA256 of the object, lower case, or "" where it is not pinned.
	SHA256 string
	// Version that is pinned, or "".
	Version string
	// Bytes that it takes up in the pod, unpacked.
	Bytes int64
}

// Workloads returns the services that have a release on the stack, sorted by
// name. A new stack has none: its buckets and registry come first, then what
// goes into them, then the releases.
func (c Config) Workloads() []Workload {
	var all []Workload
	for _, name := range sortedKeys(c.Releases) {
		all = append(all, c.Services[name].workload(name, c.Releases[name]))
	}
	return all
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
		release, _, _ := r.Artifact(name) // a missing one is a fault
		w.Artifacts = append(w.Artifacts, ResolveArtifact(name, artifact, release))
	}
	return w
}

// ResolveArtifact puts an artifact and the release of it together.
func ResolveArtifact(name string, a Artifact, r ArtifactRelease) ResolvedArtifact {
	live := ResolvedArtifact{Artifact: a, Name: name, Path: r.Path, SHA256: strings.ToLower(r.SHA256), Version: r.Version}
	live.File = a.Dest
	if _, live.IsFolder = r.folderKey(); live.IsFolder {
		live.File = path.Clean(a.Dest)
	} else if a.isFolder() {
		live.File = path.Join(a.Dest, path.Base(r.Path))
	}
	live.Unpacked = a.Extract || isArchive(r.Path)
	// Checked before anything is made from it; zero stands for what a fault has been found in.
	size, _ := ParseSize(r.Size)
	live.Bytes = size
	if live.Unpacked {
		live.Bytes *= 4
		if unpacked, err := ParseSize(r.UnpackedSize); err == nil {
			live.Bytes = unpacked
		}
	}
	return live
}

// ServerPath returns where the model server finds the artifact, relative to the
// model folder: its file, or the folder of what belongs together.
func (a ResolvedArtifact) ServerPath() string {
	if !a.IsFolder && (a.Unpacked || a.isFolder()) {
		return path.Dir(a.File)
	}
	return a.File
}

// VolumeBytes is the room that the artifacts need: their sizes, a tenth more
// because declared sizes are rounded, and 16 MiB for the fetcher's staging.
func (w Workload) VolumeBytes() int64 {
	var sum int64
	for _, artifact := range w.Artifacts {
		sum += artifact.Bytes
	}
	return sum + sum/10 + 16<<20
}

// artifacts returns the service's artifacts under a backend.
func (s Service) artifacts(backend string) map[string]Artifact {
	all := map[string]Artifact{}
	maps.Copy(all, s.Artifacts)
	maps.Copy(all, s.Backends[backend].Artifacts)
	return all
}

func (s Service) hasBackend(name string) bool {
	if len(s.Backends) == 0 {
		return name == ""
	}
	_, ok := s.Backends[name]
	return ok
}

func isArchive(path string) bool {
	for _, suffix := range []string{".tar.gz", ".tgz", ".tar", ".tar.zst"} {
		if strings.HasSuffix(strings.ToLower(path), suffix) {
			return true
		}
	}
	return false
}
