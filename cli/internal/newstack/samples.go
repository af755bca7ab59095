package newstack

import (
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/cli/stackfile"
	"github.com/modelferry/modelferry/config"
)

// samples are the releases of the other stacks of the project. A new stack begins with their paths and sizes: they are
// closer to those of its own releases than any default.
type samples []*yaml.Node

// defaultSize is the size of an artifact that no stack has a release of. The first release replaces it.
const defaultSize = "1MB"

// readSamples reads the releases of the stack files in a directory, except for those of a stack.
func readSamples(root, except string) (samples, error) {
	var all samples
	for _, stack := range stackfile.Stacks(root) {
		if stack == except {
			continue
		}
		document, err := readYAML(stackfile.DefaultPath(root, stack))
		if err != nil {
			return nil, err
		}
		if releases := child(document, "config", config.Namespace+":releases"); releases != nil {
			all = append(all, releases)
		}
	}
	return all, nil
}

// versions returns the artifacts of a release, the model first. backend is "" for those of the release itself.
func (s samples) versions(service, backend, prefix string, artifacts []entry) []artifact {
	var versions []artifact
	for _, entry := range artifacts {
		dest := ""
		if node := child(entry.value, "dest"); node != nil {
			dest = node.Value
		}
		version := artifact{entry.name, prefix + path.Base(dest), defaultSize}
		keys := []string{service, "artifacts", entry.name}
		if backend != "" {
			keys = []string{service, "backends", backend, "artifacts", entry.name}
		}
		for _, releases := range s {
			file, size := child(releases, append(keys, "path")...), child(releases, append(keys, "size")...)
			if file != nil && size != nil && strings.HasPrefix(file.Value, prefix) {
				version.Path, version.Size = file.Value, size.Value
				break
			}
		}
		if entry.name == config.ModelArtifact {
			versions = slices.Insert(versions, 0, version)
		} else {
			versions = append(versions, version)
		}
	}
	return versions
}
