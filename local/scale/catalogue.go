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
		release, artifacts := maps.Clone(object(releases[base])), map[string]any{}
		for artifact, version := range object(release["artifacts"]) {
			moved := maps.Clone(object(version))
			moved["path"] = name + "/" + strings.TrimPrefix(fmt.Sprint(moved["path"]), base+"/")
			artifacts[artifact] = moved
		}
		release["artifacts"] = artifacts
		live[name] = release
	}
	return catalogue, live
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
