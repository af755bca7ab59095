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

// writeProject writes a project of so many services to a folder: the
// repository's own again and again, each under a name of its own.
func writeProject(root, dir, stack string, services int) error {
	project, err := read(filepath.Join(root, "Pulumi.yaml"))
	if err != nil {
		return err
	}
	own, err := read(filepath.Join(root, "Pulumi."+stack+".yaml"))
	if err != nil {
		return err
	}
	declared, _ := object(project["config"])["services"].(map[string]any)
	releases := object(object(own["config"])["modelferry:releases"])
	catalogue, live := multiply(object(declared["value"]), releases, services)
	declared["value"] = catalogue
	object(own["config"])["modelferry:releases"] = live
	for name, document := range map[string]any{"Pulumi.yaml": project, "Pulumi." + stack + ".yaml": own} {
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

// multiply makes so many services of those that there are, by turns.
func multiply(services, releases map[string]any, number int) (catalogue, live map[string]any) {
	catalogue, live = map[string]any{}, map[string]any{}
	names := slices.Sorted(maps.Keys(releases))
	for k := range number {
		base := names[k%len(names)]
		name := fmt.Sprintf("%s-%d", base, k)
		service := maps.Clone(object(services[base]))
		delete(service, "deployment") // the service's name, so that none is twice
		catalogue[name] = service
		release, backends := moved(object(releases[base]), base, name), map[string]any{}
		for backend, own := range object(release["backends"]) {
			backends[backend] = moved(object(own), base, name)
		}
		if len(backends) > 0 {
			release["backends"] = backends
		}
		live[name] = release
	}
	return catalogue, live
}

// moved is a release, or a backend of one, whose artifacts lie below another
// service's prefix.
func moved(release map[string]any, from, to string) map[string]any {
	release, artifacts := maps.Clone(release), map[string]any{}
	for artifact, version := range object(release["artifacts"]) {
		other := maps.Clone(object(version))
		other["path"] = to + "/" + strings.TrimPrefix(fmt.Sprint(other["path"]), from+"/")
		artifacts[artifact] = other
	}
	release["artifacts"] = artifacts
	return release
}

func read(file string) (map[string]any, error) {
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

func object(value any) map[string]any {
	found, _ := value.(map[string]any)
	return found
}
