package config

import (
	"strings"
)

// How a release's artifacts come into a pod.
const (
	// DeliveryFetch: the init container copies and verifies them.
	DeliveryFetch = "fetch"
	// DeliveryCSI: the cloud's driver mounts the bucket, and nothing is copied or verified.
	DeliveryCSI = "csi"
)

// checkDelivery refuses what a mounted bucket cannot do.
func (r Release) checkDelivery(f *Faults, at string, c Config, artifacts map[string]Artifact) {
	if r.Delivery != DeliveryFetch && r.Delivery != DeliveryCSI {
		f.add(at+".delivery", "unknown delivery %q: it is %s or %s", r.Delivery, DeliveryFetch, DeliveryCSI)
	}
	if r.Delivery != DeliveryCSI {
		return
	}
	if c.Endpoints.Storage != "" {
		f.add(at+".delivery", "csi mounts the cloud's own buckets, and knows no endpoints.storage: set it to %s", DeliveryFetch)
	}
	for _, name := range sortedKeys(artifacts) {
		release, at, _ := r.artifactAt(at, name)
		live := ResolveArtifact(name, artifacts[name], release)
		switch {
		case live.Unpacked:
			f.add(at, "is an archive, which a mounted bucket does not unpack: upload what is in it to a folder and name that (path: FOLDER/), or set delivery to %s", DeliveryFetch)
		case live.IsFolder && !artifacts[name].isFolder():
			f.add(at+".path", "%q is a folder, and appears as the file %q: end the artifact's dest with /", release.Path, artifacts[name].Dest)
		}
		if release.Version != "" {
			f.add(at+".version", "csi mounts the object that lies there now: leave it out, or set delivery to %s", DeliveryFetch)
		}
		if live.IsFolder && release.SHA256 != "" {
			f.add(at+".sha256", "a folder has no digest: leave it out")
		}
	}
}

// UsesCSI tells whether the bucket is mounted in place of being copied from.
func (r Release) UsesCSI() bool { return r.Delivery == DeliveryCSI }

// folderKey returns the path of an object, or of a folder under csi, without
// the / at its end.
func (a ArtifactRelease) folderKey() (key string, folder bool) {
	return strings.CutSuffix(a.Path, "/")
}

// NeedsCSIDriver tells whether a service that is live has its bucket mounted, so that
// the cluster needs the cloud's driver.
func (c Config) NeedsCSIDriver() bool {
	for _, release := range c.Releases {
		if release.UsesCSI() {
			return true
		}
	}
	return false
}
