package localconfig

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// overridesFile returns the path of a file in the form of a stack file that users may write. It overrides the
// repository's in the local cloud.
func overridesFile(layout paths.Layout) string {
	return filepath.Join(layout.Dir(), "config.yaml")
}

// readLocalValues returns the config values that override the repository's: what the users' file has, and what
// modelferry has released of the other artifacts.
func readLocalValues(layout paths.Layout) (map[string]any, error) {
	overrides, err := readConfig(overridesFile(layout), "local config")
	if err != nil {
		return nil, err
	}
	values, err := readReleased(layout, func(keys []string) bool {
		artifact := valueAt(overrides, keys)
		return artifact["path"] != nil || artifact["sha256"] != nil
	})
	if err != nil {
		return nil, err
	}
	mergeValues(values, overrides)
	return values, nil
}

// readConfig returns the config of a file in the form of a stack file. It is empty if there is no file. what names the
// file in errors.
func readConfig(path, what string) (map[string]any, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]any{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	var file struct {
		Config map[string]any `yaml:"config"`
	}
	if err := yaml.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("%s %s: %w", what, path, err)
	}
	return file.Config, nil
}

// pinsArtifact reports whether the values have a digest for the artifact. If they have only a path, an artifact is
// generated for that path. keys is the path of the artifact below the release of its service.
func pinsArtifact(values map[string]any, service string, keys []string) bool {
	return valueAt(values, append([]string{releasesKey, service}, keys...))["sha256"] != nil
}

// valueAt returns the map below the keys, or nil.
func valueAt(values map[string]any, keys []string) map[string]any {
	for _, key := range keys {
		inner, ok := values[key].(map[string]any)
		if !ok {
			return nil
		}
		values = inner
	}
	return values
}
