package config

import (
	"fmt"
	"maps"
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
	releases := maps.Clone(c.Releases)
	maps.DeleteFunc(releases, func(name string, _ Release) bool { return c.deploys(name) })
	return sortedKeys(releases)
}

// deploys reports whether the stack deploys its release of a service: whether everything that a pod needs is published.
func (c Config) deploys(name string) bool {
	return c.includeUnpublished || !c.waitsForFetcher(name) && len(c.placeholders(name)) == 0
}

// waitsForFetcher reports whether the pods of a release need the fetcher's image, which is not published.
func (c Config) waitsForFetcher(name string) bool {
	return isPlaceholderImage(c.Fetcher.Image) && !c.Releases[name].UsesCSI()
}

func isPlaceholderImage(image string) bool {
	return strings.HasSuffix(image, "@sha256:"+PlaceholderDigest)
}

// placeholders returns what is not published of a release: "its image", and the artifacts of the selected backend.
func (c Config) placeholders(name string) []string {
	var missing []string
	if isPlaceholderImage(c.Releases[name].Image) {
		missing = append(missing, "its image")
	}
	for _, artifact := range c.placeholderArtifacts(name) {
		missing = append(missing, "artifact "+artifact)
	}
	return missing
}

// placeholderArtifacts returns the names of the artifacts of the selected backend whose digests are placeholders, the
// model first.
func (c Config) placeholderArtifacts(name string) []string {
	release := c.Releases[name]
	var names []string
	for _, artifact := range c.Services[name].workload(name, release).Artifacts {
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
	var waiting []string
	for _, name := range sortedKeys(c.Releases) {
		if c.waitsForFetcher(name) {
			waiting = append(waiting, name)
		}
	}
	if len(waiting) > 0 {
		repository, _, _ := strings.Cut(c.Fetcher.Image, "@")
		warn(Path("fetcher", "image"), "pulumi up does not deploy %s, because the image is not published (a digest of zeros): "+
			"run make image REGISTRY=%s STACK=%s", strings.Join(waiting, ", "),
			repository[:max(0, strings.LastIndex(repository, "/"))], stack)
	}
	for _, name := range sortedKeys(c.Releases) {
		if missing := c.placeholders(name); len(missing) > 0 {
			warn(Path("releases", name), "pulumi up does not deploy it, because these are not published (digests of zeros): %s: %s",
				strings.Join(missing, ", "), c.publishCommand(name, stack))
		}
	}
	return warnings
}

// publishCommand returns the command that publishes what a release lacks.
func (c Config) publishCommand(name, stack string) string {
	artifacts, image := c.placeholderArtifacts(name), ""
	switch {
	case isPlaceholderImage(c.Releases[name].Image) && len(artifacts) == 0:
		return fmt.Sprintf("push the image, and run pulumi config set -s %s --path %s IMAGE@sha256:DIGEST",
			stack, Path("releases", name, "image"))
	case isPlaceholderImage(c.Releases[name].Image):
		image = " --image IMAGE@sha256:DIGEST"
	}
	sources := "FILE"
	if !slices.Equal(artifacts, []string{ModelArtifact}) {
		sources = strings.Join(artifacts, "=FILE ") + "=FILE"
	}
	return fmt.Sprintf("run modelferry release %s %s%s --stack %s", name, sources, image, stack)
}
