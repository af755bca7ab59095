package config

import (
	"fmt"

	"github.com/dustin/go-humanize"
)

// largeArtifact is the size from which ADR-002 has copying looked at again.
const largeArtifact = 500 * humanize.MByte

// Warnings returns what works and may still not be meant, each with its key
// and the way out.
func (c Config) Warnings() []string {
	var all []string
	warn := func(path, format string, args ...any) {
		all = append(all, qualified(path)+": "+fmt.Sprintf(format, args...))
	}
	for _, w := range c.Workloads() {
		release, at := c.Releases[w.Name], "releases."+w.Name
		for _, artifact := range w.Artifacts {
			version, at, _ := release.artifactAt(at, artifact.Name)
			size, _ := ParseSize(version.Size) // checked
			way := "set " + qualified("releases."+w.Name+".delivery") + " to csi, which mounts the bucket"
			if artifact.Unpacked {
				way = "upload what is in the archive to a folder, and " + way
			}
			switch {
			case !w.UsesCSI && size > largeArtifact:
				warn(at+".size", "each pod copies %s when it starts, more than the %s that this is meant for: %s (docs/operations.md, \"Large artifacts\")",
					humanize.Bytes(uint64(size)), humanize.Bytes(largeArtifact), way)
			case w.UsesCSI && artifact.SHA256 != "" && !release.Unverified:
				warn(at+".sha256", "nothing compares it with what csi mounts: set %s to true to say that this is accepted",
					qualified("releases."+w.Name+".unverified"))
			}
		}
	}
	if nodes := c.GPUNodePool(); nodes != nil && c.Cluster.Create != nil {
		if needed := c.nodesForGPUs(); nodes.Max < needed {
			warn("gpu.max", "an update of a service with GPUs finds no node for its next pod, beside those of all that run: set it to %d or more", needed)
		}
	}
	return all
}

// nodesForGPUs is how many nodes with GPUs the least number of pods takes, one
// each, and an update's next pod besides.
func (c Config) nodesForGPUs() int {
	nodes := 1
	for _, w := range c.Workloads() {
		if c.GPUsFor(w) > 0 {
			nodes += w.Autoscaling.Min
		}
	}
	return nodes
}
