package localconfig

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// digestDigits are the digits of its digest in the path of a released artifact: PREFIX/0123456789ab/FILE.
const digestDigits = 12

// releasesKey is the key of the releases in a stack's config.
const releasesKey = config.Namespace + ":releases"

// readReleased returns the artifacts that modelferry has released to the stack, as config values, except for those that
// skip selects by their keys. They are in the stack file of the engine, which modelferry edits, and which is written
// anew in each update. They are known by their paths.
func readReleased(layout paths.Layout, skip func(keys []string) bool) (map[string]any, error) {
	path := layout.StackFile()
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]any{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("local stack file: %w", err)
	}
	var file struct {
		Config struct {
			Releases map[string]struct {
				Artifacts map[string]map[string]any            `yaml:"artifacts"`
				Backends  map[string]map[string]map[string]any `yaml:"backends"`
			} `yaml:"modelferry:releases"`
		} `yaml:"config"`
	}
	if err := yaml.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("local stack file %s: %w", path, err)
	}
	released := map[string]any{}
	add := func(artifact map[string]any, keys ...string) {
		keys = append([]string{releasesKey}, keys...)
		if isReleased(artifact) && !skip(keys) {
			mergeValues(released, nestValue(keys, artifact))
		}
	}
	for service, release := range file.Config.Releases {
		for name, artifact := range release.Artifacts {
			add(artifact, service, "artifacts", name)
		}
		for backend, artifacts := range release.Backends {
			for name, artifact := range artifacts["artifacts"] {
				if artifact, ok := artifact.(map[string]any); ok {
					add(artifact, service, "backends", backend, "artifacts", name)
				}
			}
		}
	}
	return released, nil
}

// isReleased reports whether a version of an artifact has been released: its path contains its digest.
func isReleased(artifact map[string]any) bool {
	path, _ := artifact["path"].(string)
	digest, _ := artifact["sha256"].(string)
	return len(digest) > digestDigits && strings.Contains(path, "/"+digest[:digestDigits]+"/")
}
