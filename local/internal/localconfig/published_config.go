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

// publishedConfigFile returns the path of a stack file that ferry publish writes, and that overrides the repository's
// in the local cloud. Users may edit it, or remove it to return to the repository's releases.
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

// pinsArtifact reports whether the published config has a digest for the artifact. If it has only a path, an artifact
// is generated for that path. keys is the path of the artifact below the release of its service.
func pinsArtifact(published map[string]any, service string, keys []string) bool {
	node := published
	for _, key := range append([]string{"modelferry:releases", service}, keys...) {
		inner, ok := node[key].(map[string]any)
		if !ok {
			return false
		}
		node = inner
	}
	_, pinned := node["sha256"]
	return pinned
}

// ObjectPath returns the path of a new version of an artifact, below the service's prefix. Every version has another
// path, so that a rollback is possible.
func ObjectPath(s config.Service, file testmodel.File) string {
	return path.Join(s.Prefix, file.SHA256[:12], filepath.Base(file.Name))
}

// SavePublished records a version of an artifact, which the next ferry up deploys. keys is the path of the artifact
// below the release of its service, objectPath its path in the bucket, and file has its digest and size. It returns the
// path of the file that it wrote.
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
