package config

import (
	"fmt"

	"github.com/dustin/go-humanize"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// largeArtifactBytes is the size above which Warnings recommends delivery csi, because each pod downloads the artifact.
const largeArtifactBytes = 500 * humanize.MByte

// Warnings returns a message for each setting that is valid but may be a mistake, with its key and what to do.
func (c Config) Warnings() []string {
	var warnings []string
	warn := func(fldPath *field.Path, format string, args ...any) {
		warnings = append(warnings, fldPath.String()+": "+fmt.Sprintf(format, args...))
	}
	for _, w := range c.Workloads() {
		release, fldPath := c.Releases[w.Name], Path("releases", w.Name)
		for _, artifact := range w.Artifacts {
			version, versionPath, _ := release.artifactPath(fldPath, artifact.Name)
			size, _ := ParseSize(version.Size) // Load has validated it
			action := fmt.Sprintf("set %s to csi, which mounts the bucket", fldPath.Child("delivery"))
			if artifact.Unpacked {
				action = "upload the archive's content to a folder, and " + action
			}
			switch {
			case !w.UsesCSI && size > largeArtifactBytes:
				warn(versionPath.Child("size"), "each pod copies %s when it starts, more than the recommended %s: "+
					"%s (docs/operations.md, \"Large artifacts\")",
					humanize.Bytes(uint64(size)), humanize.Bytes(largeArtifactBytes), action)
			case w.UsesCSI && artifact.SHA256 != "" && !release.Unverified:
				warn(versionPath.Child("sha256"),
					"delivery csi does not verify it: set %s to true to accept that", fldPath.Child("unverified"))
			}
		}
	}
	c.signatureWarnings(warn)
	c.replicaWarnings(warn)
	c.capacityWarnings(warn)
	c.s3CSIDriverWarnings(warn)
	c.imageAccessWarnings(warn)
	if pool := c.GPUNodePool(); pool != nil && c.Cluster.Create != nil {
		if minimum := c.minGPUNodes(); pool.Max < minimum {
			warn(Path("gpu", "max"), "too few nodes for a rolling update of a service with GPUs: set it to at least %d", minimum)
		}
	}
	return warnings
}

// minGPUNodes returns the number of nodes with GPUs that a rolling update needs: one for each pod at the minimum of
// replicas, and one for the new pod.
func (c Config) minGPUNodes() int {
	nodes := 1
	for _, w := range c.Workloads() {
		if c.GPUsFor(w) > 0 {
			nodes += w.Autoscaling.Min
		}
	}
	return nodes
}
