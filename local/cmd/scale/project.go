package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// writeProject writes a project with the given number of services to dir: copies of the repository's services with
// unique names.
func writeProject(root, dir, stack string, services int) error {
	project, err := readYAML(filepath.Join(root, "Pulumi.yaml"))
	if err != nil {
		return err
	}
	stackFile, err := readYAML(filepath.Join(root, "Pulumi."+stack+".yaml"))
	if err != nil {
		return err
	}
	declaration, _ := asMap(project["config"])["services"].(map[string]any)
	releases := asMap(asMap(stackFile["config"])["modelferry:releases"])
	catalogue, liveReleases := replicateServices(asMap(declaration["value"]), releases, services)
	declaration["value"] = catalogue
	asMap(stackFile["config"])["modelferry:releases"] = liveReleases
	for name, document := range map[string]any{"Pulumi.yaml": project, "Pulumi." + stack + ".yaml": stackFile} {
		content, err := yaml.Marshal(document)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// replicateServices returns number copies of the services, in turn, and of their releases.
func replicateServices(services, releases map[string]any, number int) (catalogue, liveReleases map[string]any) {
	catalogue, liveReleases = map[string]any{}, map[string]any{}
	names := slices.Sorted(maps.Keys(releases))
	for i := range number {
		base := names[i%len(names)]
		name := fmt.Sprintf("%s-%d", base, i)
		service := maps.Clone(asMap(services[base]))
		delete(service, "deployment") // the default is the service's name, which is unique
		catalogue[name] = service
		release, backends := withPrefix(asMap(releases[base]), base, name), map[string]any{}
		for backend, config := range asMap(release["backends"]) {
			backends[backend] = withPrefix(asMap(config), base, name)
		}
		if len(backends) > 0 {
			release["backends"] = backends
		}
		liveReleases[name] = release
	}
	return catalogue, liveReleases
}

// withPrefix returns a copy of a release, or of a release's backend, with its artifacts moved to another service's
// prefix.
func withPrefix(release map[string]any, from, to string) map[string]any {
	release, artifacts := maps.Clone(release), map[string]any{}
	for artifact, version := range asMap(release["artifacts"]) {
		moved := maps.Clone(asMap(version))
		moved["path"] = to + "/" + strings.TrimPrefix(fmt.Sprint(moved["path"]), from+"/")
		artifacts[artifact] = moved
	}
	release["artifacts"] = artifacts
	return release
}

func readYAML(file string) (map[string]any, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	document := map[string]any{}
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return document, nil
}

func asMap(value any) map[string]any {
	found, _ := value.(map[string]any)
	return found
}
