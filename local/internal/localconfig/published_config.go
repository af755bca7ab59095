package localconfig

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/testmodel"
)

// publishedConfigFile is a stack file that lies over the repository's in the local
// cloud. ferry publish writes to it; a person may edit it, or remove it to be
// back at the start.
func publishedConfigFile(layout paths.Layout) string {
	return filepath.Join(layout.Dir(), "config.yaml")
}

func readPublishedConfig(layout paths.Layout) (map[string]any, error) {
	content, err := os.ReadFile(publishedConfigFile(layout))
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]any{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("local config: %w", err)
	}
	var file struct {
		Config map[string]any `yaml:"config"`
	}
	if err := yaml.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("local config %s: %w", publishedConfigFile(layout), err)
	}
	if file.Config == nil {
		file.Config = map[string]any{}
	}
	return file.Config, nil
}

// pinsArtifact tells whether the local config pins the artifact itself. With a
// path alone it asks for a stand-in at that path.
// keys are those that it stands at below its service's release.
func pinsArtifact(published map[string]any, service string, keys []string) bool {
	at := published
	for _, key := range append([]string{"modelferry:releases", service}, keys...) {
		inner, ok := at[key].(map[string]any)
		if !ok {
			return false
		}
		at = inner
	}
	_, pinned := at["sha256"]
	return pinned
}

// ObjectPath is where a new version of an artifact goes: a path of its own below
// the service's prefix, so that the old version stays and one can go back.
func ObjectPath(s config.Service, file testmodel.File) string {
	return path.Join(s.Prefix, file.SHA256[:12], filepath.Base(file.Name))
}

// SavePublished makes a version of an artifact the live one, from the next up on.
// keys are those that it stands at below its service's release;
// file names the object's own digest and size; objectPath is where it lies. It
// returns the file that says so.
func SavePublished(layout paths.Layout, service string, keys []string, objectPath string, file testmodel.File) (string, error) {
	published, err := readPublishedConfig(layout)
	if err != nil {
		return "", err
	}
	mergeValues(published, nestValue(append([]string{"modelferry:releases", service}, keys...), map[string]any{
		"path": objectPath, "sha256": file.SHA256, "size": fmt.Sprintf("%dB", file.Bytes),
	}))
	content, err := yaml.Marshal(map[string]any{"config": published})
	if err != nil {
		return "", err
	}
	next := publishedConfigFile(layout) + ".next"
	if err := os.WriteFile(next, content, 0o644); err != nil {
		return "", fmt.Errorf("local config: %w", err)
	}
	return publishedConfigFile(layout), os.Rename(next, publishedConfigFile(layout))
}
