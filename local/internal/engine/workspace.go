package engine

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// goRuntime is the name of Pulumi's runtime for Go.
const goRuntime = "go"

// writeProjectFile copies the Pulumi.yaml in configDir and adds the plugins' paths, so that the engine neither searches
// for them nor warns about plugins on PATH. programFile is as in Options.
func writeProjectFile(configDir, workDir, programFile string, plugins PluginDirs) error {
	content, err := os.ReadFile(filepath.Join(configDir, "Pulumi.yaml"))
	if err != nil {
		return fmt.Errorf("project: %w", err)
	}
	project := map[string]any{}
	if err := yaml.Unmarshal(content, &project); err != nil {
		return fmt.Errorf("project %s: %w", filepath.Join(configDir, "Pulumi.yaml"), err)
	}
	var providers []any
	for _, cloud := range clouds.All {
		providers = append(providers, map[string]any{"name": cloud.Provider, "path": plugins.cloudPlugins})
	}
	providers = append(providers, map[string]any{"name": "kubernetes", "path": plugins.kubernetesPlugin})
	languages := []any{map[string]any{"name": goRuntime, "path": plugins.languageHost}}
	project["plugins"] = map[string]any{"providers": providers, "languages": languages}
	delete(project, "main") // the program runs in this process, or is programFile
	if programFile != "" {
		project["runtime"] = map[string]any{"name": goRuntime, "options": map[string]any{"binary": programFile}}
	}
	content, err = yaml.Marshal(project)
	if err != nil {
		return fmt.Errorf("project: %w", err)
	}
	return os.WriteFile(filepath.Join(workDir, "Pulumi.yaml"), content, 0o600)
}

// writeStackFile writes the stack file that the engine reads: the one in configDir, with overrides and with the
// encryption salt of the local secrets, which must not change from run to run.
func writeStackFile(configDir, workDir, stack string, overrides map[string]any) error {
	name := "Pulumi." + stack + ".yaml"
	base, err := os.ReadFile(filepath.Join(configDir, name))
	if err != nil {
		return fmt.Errorf("stack config: %w", err)
	}
	content, err := MergeConfig(base, overrides)
	if err != nil {
		return fmt.Errorf("stack config %s: %w", name, err)
	}
	target := filepath.Join(workDir, name)
	previous, err := os.ReadFile(target)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("stack config: %w", err)
	}
	if content, err = withLocalSecretsKeys(content, previous); err != nil {
		return fmt.Errorf("stack config %s: %w", target, err)
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

// ensurePassphraseFile returns the path of the file with the passphrase of the stack's secrets. It creates the file if
// it does not exist.
func ensurePassphraseFile(p paths.Layout) (string, error) {
	path := p.Secret("passphrase")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", fmt.Errorf("secrets passphrase: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return path, nil
	}
	if err != nil {
		return "", fmt.Errorf("secrets passphrase: %w", err)
	}
	_, err = file.WriteString(rand.Text())
	return path, errors.Join(err, file.Close())
}
