package newstack

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/config"
)

// service is a service of the catalogue with what its first release has to name.
type service struct {
	Name string
	// Backend that the release selects, "" if the service has none.
	Backend string
	// Artifacts of the selected backend.
	Artifacts []artifact
	// Backends are the others.
	Backends []backend
}

// backend is a backend with the artifacts that it replaces or adds.
type backend struct {
	Name      string
	Artifacts []artifact
}

// artifact is an artifact with the version to begin with. Its digest is a placeholder.
type artifact struct{ Name, Path, Size string }

// readCatalogue returns the services of the project in a directory, in the order of Pulumi.yaml. The first backend of a
// service is selected.
func readCatalogue(root string, releases samples) ([]service, error) {
	document, err := readYAML(filepath.Join(root, "Pulumi.yaml"))
	if err != nil {
		return nil, err
	}
	var services []service
	catalogue := mapping(child(document, "config", "services", "value"))
	if catalogue == nil {
		catalogue = mapping(child(document, "config", config.Namespace+":services", "value"))
	}
	for _, entry := range catalogue {
		prefix := entry.name + "/"
		if node := child(entry.value, "prefix"); node != nil {
			prefix = node.Value
		}
		s := service{Name: entry.name}
		artifacts := mapping(child(entry.value, "artifacts"))
		for i, variant := range mapping(child(entry.value, "backends")) {
			own := mapping(child(variant.value, "artifacts"))
			if i == 0 {
				s.Backend = variant.name
				artifacts = override(artifacts, own)
				continue
			}
			s.Backends = append(s.Backends, backend{variant.name, releases.versions(s.Name, variant.name, prefix, own)})
		}
		s.Artifacts = releases.versions(s.Name, "", prefix, artifacts)
		services = append(services, s)
	}
	return services, nil
}

// override returns the artifacts of a service with those of a backend, which come last.
func override(artifacts, own []entry) []entry {
	kept := slices.DeleteFunc(slices.Clone(artifacts), func(a entry) bool {
		return slices.ContainsFunc(own, func(b entry) bool { return a.name == b.name })
	})
	return append(kept, own...)
}

// entry is a key of a YAML mapping with its value.
type entry struct {
	name  string
	value *yaml.Node
}

// mapping returns the entries of a mapping in the order of the file, nil for another node.
func mapping(node *yaml.Node) []entry {
	if node == nil || node.Kind != yaml.MappingNode {
		return nil
	}
	var entries []entry
	for i := 0; i+1 < len(node.Content); i += 2 {
		entries = append(entries, entry{node.Content[i].Value, node.Content[i+1]})
	}
	return entries
}

// child returns the node below the keys, nil if there is none.
func child(node *yaml.Node, keys ...string) *yaml.Node {
	for _, key := range keys {
		entries := mapping(node)
		i := slices.IndexFunc(entries, func(e entry) bool { return e.name == key })
		if i < 0 {
			return nil
		}
		node = entries[i].value
	}
	return node
}

// readYAML returns the content of a YAML file, nil if it is empty.
func readYAML(file string) (*yaml.Node, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	if len(document.Content) == 0 {
		return nil, nil
	}
	return document.Content[0], nil
}
