package engine

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// writeProjectFile copies the repository's Pulumi.yaml and adds where the plugins lie: the engine then takes
// them without a search, and without its warning about plugins on PATH.
func writeProjectFile(root, workDir string, plugins PluginDirs) error {
	content, err := os.ReadFile(filepath.Join(root, "Pulumi.yaml"))
	if err != nil {
		return fmt.Errorf("project: %w", err)
	}
	project := map[string]any{}
	if err := yaml.Unmarshal(content, &project); err != nil {
		return fmt.Errorf("project %s: %w", filepath.Join(root, "Pulumi.yaml"), err)
	}
	project["plugins"] = map[string]any{"providers": []any{
		map[string]any{"name": "aws", "path": plugins.cloudPlugins},
		map[string]any{"name": "gcp", "path": plugins.cloudPlugins},
		map[string]any{"name": "kubernetes", "path": plugins.kubernetesPlugin},
	}}
	delete(project, "main") // relative to the repository; the program comes from this process
	content, err = yaml.Marshal(project)
	if err != nil {
		return fmt.Errorf("project: %w", err)
	}
	return os.WriteFile(filepath.Join(workDir, "Pulumi.yaml"), content, 0o600)
}

// writeStackFile writes the stack's config as this engine uses it: the repository's file, the given values over it,
// and the salt of the local secrets, which has to stay the same from run to run.
func writeStackFile(root, workDir, stack string, overrides map[string]any) error {
	name := "Pulumi." + stack + ".yaml"
	base, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		return fmt.Errorf("stack's config: %w", err)
	}
	content, err := MergeConfig(base, overrides)
	if err != nil {
		return fmt.Errorf("stack's config %s: %w", name, err)
	}
	target := filepath.Join(workDir, name)
	previous, err := os.ReadFile(target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("stack's config: %w", err)
	}
	if content, err = withLocalSecretsKeys(content, previous); err != nil {
		return fmt.Errorf("stack's config %s: %w", target, err)
	}
	return os.WriteFile(target, content, 0o600)
}

func projectName(workDir string) (string, error) {
	content, err := os.ReadFile(filepath.Join(workDir, "Pulumi.yaml"))
	if err != nil {
		return "", fmt.Errorf("project: %w", err)
	}
	var project struct {
		Name string `yaml:"name"`
	}
	if err := yaml.Unmarshal(content, &project); err != nil || project.Name == "" {
		return "", fmt.Errorf("project: Pulumi.yaml has no name (%w)", err)
	}
	return project.Name, nil
}

// ensurePassphraseFile is the file with the passphrase of the stack's secrets, made at its first use.
func ensurePassphraseFile(p paths.Layout) (string, error) {
	path := p.Secret("passphrase")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("secrets' passphrase: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return path, nil
	}
	if err != nil {
		return "", fmt.Errorf("secrets' passphrase: %w", err)
	}
	_, err = file.WriteString(rand.Text())
	return path, errors.Join(err, file.Close())
}
