package config

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation/field"
)

// PlaceholderDigest stands for the SHA-256 digest of an artifact or image that is not published yet.
const PlaceholderDigest = "0000000000000000000000000000000000000000000000000000000000000000"

// WithUnpublished returns the config with Workloads that include the releases that are not published. Their pods would
// not start: it is for plans from which nothing is deployed, and for callers that replace the placeholders.
func (c Config) WithUnpublished() Config {
	c.includeUnpublished = true
	return c
}

// Unpublished returns the names of the services whose releases Workloads leaves out, sorted.
func (c Config) Unpublished() []string {
	var names []string
	for _, w := range c.releasedWorkloads() {
		if !c.deploys(w) {
			names = append(names, w.Name)
		}
	}
	return names
}

// deploys reports whether the stack deploys a workload: whether everything that its pods need is published.
func (c Config) deploys(w Workload) bool {
	return c.includeUnpublished || !c.waitsForFetcher(w) && len(w.placeholders()) == 0
}

// waitsForFetcher reports whether the pods of a workload need the fetcher's image, which is not published.
func (c Config) waitsForFetcher(w Workload) bool {
	return isPlaceholderImage(c.Fetcher.Image) && !w.UsesCSI
}

func isPlaceholderImage(image string) bool {
	return strings.HasSuffix(image, "@sha256:"+PlaceholderDigest)
}

// placeholders returns what is not published of a workload: "its image", and its artifacts.
func (w Workload) placeholders() []string {
	var missing []string
	if isPlaceholderImage(w.Image) {
		missing = append(missing, "its image")
	}
	for _, artifact := range w.placeholderArtifacts() {
		missing = append(missing, "artifact "+artifact)
	}
	return missing
}

// placeholderArtifacts returns the names of the artifacts whose digests are placeholders, the model first.
func (w Workload) placeholderArtifacts() []string {
	var names []string
	for _, artifact := range w.Artifacts {
		if artifact.SHA256 == PlaceholderDigest {
			names = append(names, artifact.Name)
		}
	}
	return names
}

// UnpublishedWarnings returns a message for the fetcher, and one for each release, that is not published, with the
// commands that publish it. stack is the stack's name.
func (c Config) UnpublishedWarnings(stack string) []string {
	var warnings []string
	warn := func(fldPath *field.Path, format string, args ...any) {
		warnings = append(warnings, fldPath.String()+": "+fmt.Sprintf(format, args...))
	}
	workloads := c.releasedWorkloads()
	var waiting []string
	for _, w := range workloads {
		if c.waitsForFetcher(w) {
			waiting = append(waiting, w.Name)
		}
	}
	if len(waiting) > 0 {
		repository, _, _ := strings.Cut(c.Fetcher.Image, "@")
		warn(Path("fetcher", "image"), "pulumi up does not deploy %s, because the image is not published (a digest of zeros): "+
			"run make image REGISTRY=%s STACK=%s", strings.Join(waiting, ", "),
			repository[:max(0, strings.LastIndex(repository, "/"))], stack)
	}
	for _, w := range workloads {
		if missing := w.placeholders(); len(missing) > 0 {
			warn(Path("releases", w.Name), "pulumi up does not deploy it, because these are not published (digests of zeros): %s: %s",
				strings.Join(missing, ", "), w.publishCommand(stack))
		}
	}
	return warnings
}

// publishCommand returns the command that publishes what a workload lacks.
func (w Workload) publishCommand(stack string) string {
	artifacts, image := w.placeholderArtifacts(), ""
	switch {
	case isPlaceholderImage(w.Image) && len(artifacts) == 0:
		return fmt.Sprintf("push the image, and run pulumi config set -s %s --path %s IMAGE@sha256:DIGEST",
			stack, Path("releases", w.Name, "image"))
	case isPlaceholderImage(w.Image):
		image = " --image IMAGE@sha256:DIGEST"
	}
	sources := "FILE"
	if !slices.Equal(artifacts, []string{ModelArtifact}) {
		sources = strings.Join(artifacts, "=FILE ") + "=FILE"
	}
	return fmt.Sprintf("run modelferry release %s %s%s --stack %s", w.Name, sources, image, stack)
}
