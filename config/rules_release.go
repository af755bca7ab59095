package config

import (
	"cmp"
	"regexp"
	"strings"

	"github.com/dustin/go-humanize"
	"k8s.io/apimachinery/pkg/api/resource"
)

// What an object's path may have on both clouds, and a file's name on any disk, in bytes.
const (
	maxKey  = 1024
	maxName = 255
)

var digest = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

// checkReleases checks each release against the service that it releases.
func (c Config) checkReleases(f *Faults) {
	for _, name := range sortedKeys(c.Releases) {
		service, known := c.Services[name]
		at := "releases." + name
		if !known {
			f.add(at, "there is no service %q%s", name, suggest(name, c.ServiceNames()))
			continue
		}
		c.Releases[name].check(f, at, service, c)
		if c.Cloud == GKE {
			c.Releases[name].checkGenerations(f, at)
		}
	}
}

func (r Release) check(f *Faults, at string, service Service, c Config) {
	f.image(at+".image", r.Image)
	if !service.hasBackend(r.Backend) {
		if r.Backend == "" {
			f.add(at+".backend", "missing: the service has the backends %s", strings.Join(sortedKeys(service.Backends), ", "))
		} else {
			f.add(at+".backend", "unknown backend %q: the service has %s", r.Backend, cmp.Or(strings.Join(sortedKeys(service.Backends), ", "), "none"))
		}
		return
	}
	artifacts := service.artifacts(r.Backend)
	if _, ok := artifacts[ModelArtifact]; !ok {
		f.add("services."+strings.TrimPrefix(at, "releases.")+".artifacts", "has no artifact called %q", ModelArtifact)
	}
	for _, name := range sortedKeys(artifacts) {
		if _, at, ok := r.artifactAt(at, name); !ok {
			f.add(at, "missing: say which version is live (path, sha256, size)")
		}
	}
	r.checkVersions(f, at, r.Artifacts, artifacts, service.Prefix)
	r.checkBackends(f, at, service)
	r.checkDelivery(f, at, c, artifacts)
	checkPlaces(f, at, r, artifacts)
	if !r.UsesCSI() {
		service.checkRoom(f, at, r)
	}
}

// checkVersions checks the versions of artifacts that the service has, and refuses others.
func (r Release) checkVersions(f *Faults, at string, versions map[string]ArtifactRelease, artifacts map[string]Artifact, prefix string) {
	for _, name := range sortedKeys(versions) {
		at := at + ".artifacts." + name
		if _, known := artifacts[name]; !known {
			f.add(at, "the service has no such artifact%s", suggest(name, sortedKeys(artifacts)))
			continue
		}
		versions[name].check(f, at, prefix, r.UsesCSI())
	}
}

// checkBackends checks that what is there for a backend is what it needs, be
// it the one that runs or not.
func (r Release) checkBackends(f *Faults, at string, service Service) {
	for _, backend := range sortedKeys(r.Backends) {
		at := at + ".backends." + backend
		if _, known := service.Backends[backend]; !known {
			f.add(at, "unknown backend%s", suggest(backend, sortedKeys(service.Backends)))
			continue
		}
		r.checkVersions(f, at, r.Backends[backend].Artifacts, service.artifacts(backend), service.Prefix)
	}
}

// check checks the version of an artifact by itself. mounted tells that its
// path may be a folder's.
func (a ArtifactRelease) check(f *Faults, at, prefix string, mounted bool) {
	key := a.Path
	if mounted {
		key, _ = a.folderKey()
	}
	switch {
	case a.Path == "":
		f.add(at+".path", "missing: name the object in the bucket")
	case len(a.Path) > maxKey:
		f.add(at+".path", "is longer than the %d bytes that an object's path may have", maxKey)
	case !cleanKey(key):
		f.add(at+".path", "%q is no object's path: write it relative to the bucket, without ..", a.Path)
	case !strings.HasPrefix(a.Path, prefix):
		f.add(at+".path", "%q is outside %s, all that the service's identity may read", a.Path, prefix)
	}
	if a.SHA256 != "" && !digest.MatchString(a.SHA256) {
		f.add(at+".sha256", "%q is no SHA-256: write 64 hexadecimal digits (sha256sum FILE)", a.SHA256)
	}
	f.size(at+".size", a.Size)
	if a.UnpackedSize != "" {
		f.size(at+".unpackedSize", a.UnpackedSize)
	}
}

// generation is a version as GCS counts them.
var generation = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)

// checkGenerations checks the versions of artifacts in GCS.
func (r Release) checkGenerations(f *Faults, at string) {
	r.eachArtifact(func(below string, a ArtifactRelease) {
		if version := a.Version; version != "" && !generation.MatchString(version) {
			f.add(at+below+".version", "%q is no generation of an object in GCS: write its number (gcloud storage ls -a)", version)
		}
	})
}

// checkPlaces refuses two artifacts in one place of the pod, or one below a file.
func checkPlaces(f *Faults, at string, r Release, artifacts map[string]Artifact) {
	var placed []ResolvedArtifact
	for _, name := range sortedKeys(artifacts) {
		release, at, ok := r.artifactAt(at, name)
		if !ok || release.Path == "" {
			continue
		}
		a := ResolveArtifact(name, artifacts[name], release)
		for part := range strings.SplitSeq(a.File, "/") {
			if len(part) > maxName {
				f.add(at, "appears as %q, and a file's name has %d bytes at most", a.File, maxName)
			}
		}
		for _, other := range placed {
			switch {
			case a.File == other.File:
				f.add(at, "appears as %q, where artifact %q is already", a.File, other.Name)
			case strings.HasPrefix(a.File, other.File+"/"), strings.HasPrefix(other.File, a.File+"/"):
				f.add(at, "appears as %q, but artifact %q as %q: a file is no folder", a.File, other.Name, other.File)
			}
			if a.Mount != "" && a.Mount == other.Mount {
				f.add(at, "is mounted at %q, where artifact %q is already", a.Mount, other.Name)
			}
			if a.Env != "" && a.Env == other.Env {
				f.add(at, "sets the variable %s, as artifact %q does", a.Env, other.Name)
			}
		}
		placed = append(placed, a)
	}
}

// checkRoom refuses artifacts that a limit on ephemeral storage leaves no room for.
func (s Service) checkRoom(f *Faults, at string, r Release) {
	w := s.workload("", r)
	limit, err := resource.ParseQuantity(w.Resources.Limits.EphemeralStorage)
	if err != nil {
		return // no limit, or one that has been reported with the service
	}
	if need := w.VolumeBytes(); need > limit.Value() {
		f.add(at+".artifacts", "need a volume of %s, more than the limit of %s on ephemeral storage: raise resources.limits.ephemeralStorage",
			humanize.IBytes(uint64(need)), w.Resources.Limits.EphemeralStorage)
	}
}

func (f *Faults) size(at, value string) {
	if value == "" {
		f.add(at, "missing: say how large it is, such as 4.1MB")
		return
	}
	if _, err := ParseSize(value); err != nil {
		f.add(at, "%v", err)
	}
}
