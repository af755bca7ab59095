package config

import (
	"github.com/distribution/reference"
)

// checkProduction refuses what could be another thing tomorrow: an image that
// is named by a tag, an artifact whose content is not pinned.
func (c Config) checkProduction(f *Faults) {
	f.digested("fetcher.image", c.Fetcher.Image)
	if made := c.Cluster.Create; made != nil && c.Cloud == EKS && *made.Autoscaler.Enabled {
		f.digested("cluster.create.autoscaler.image", made.Autoscaler.Image)
	}
	for _, name := range sortedKeys(c.Releases) {
		release, at := c.Releases[name], "releases."+name
		f.digested(at+".image", release.Image)
		if release.UsesCSI() && !release.Unverified {
			f.add(at+".delivery", "csi serves what lies in the bucket, unverified: set it to %s, or set %s to true to accept that", DeliveryFetch, qualified(at+".unverified"))
		}
		release.eachArtifact(func(below string, a ArtifactRelease) {
			if a.SHA256 == "" && !release.UsesCSI() {
				f.add(at+below+".sha256", "missing: modelferry:production serves pinned artifacts only (sha256sum FILE)")
			}
		})
	}
}

// digested refuses an image that is one by its tag alone. What is no image at
// all has been said.
func (f *Faults) digested(path, value string) {
	named, err := reference.ParseNormalizedNamed(value)
	if err != nil || reference.IsNameOnly(named) {
		return
	}
	if _, ok := named.(reference.Digested); !ok {
		f.add(path, "%q has no digest: modelferry:production runs images by digest only, add @sha256:…", value)
	}
}
