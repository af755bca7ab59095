package configtest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/config"
)

// RepositoryRoot returns the root of the repository: the working directory or
// the nearest directory above it with a Pulumi.yaml.
func RepositoryRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "Pulumi.yaml")); err == nil {
			return dir, nil
		}
		if filepath.Dir(dir) == dir {
			return "", fmt.Errorf("no Pulumi.yaml in the working directory or above it: run the tests inside the repository")
		}
		dir = filepath.Dir(dir)
	}
}

// ExampleDigest replaces the placeholders of the repository's stack files, as if everything was published.
const ExampleDigest = "1111111111111111111111111111111111111111111111111111111111111111"

// RepositoryStack returns the config of a stack of the repository, gke or eks, with everything published: the values of
// Pulumi.yaml, overridden by those of Pulumi.STACK.yaml, with ExampleDigest for the placeholders. Each call returns a
// new copy.
func RepositoryStack(stack string) (Settings, error) { return repositoryStack(stack, ExampleDigest) }

// UnpublishedStack returns the config of a stack of the repository as it is in the files.
func UnpublishedStack(stack string) (Settings, error) {
	return repositoryStack(stack, config.PlaceholderDigest)
}

func repositoryStack(stack, digest string) (Settings, error) {
	root, err := RepositoryRoot()
	if err != nil {
		return nil, err
	}
	settings := Settings{}
	for _, name := range []string{"Pulumi.yaml", "Pulumi." + stack + ".yaml"} {
		if err := settings.read(filepath.Join(root, name), digest); err != nil {
			return nil, err
		}
	}
	return settings, nil
}

// read reads the values of a file. digest replaces the placeholders.
func (s Settings) read(file, digest string) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	content = bytes.ReplaceAll(content, []byte(config.PlaceholderDigest), []byte(digest))
	var document struct {
		Config map[string]any `yaml:"config"`
	}
	if err := yaml.Unmarshal(content, &document); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for key, value := range document.Config {
		// In Pulumi.yaml, the value of a declared key is below the key "value".
		if declared, ok := value.(map[string]any); ok && !strings.Contains(key, ":") {
			value = declared["value"]
		}
		if !strings.Contains(key, ":") {
			key = config.Namespace + ":" + key
		}
		s[key] = value
	}
	return nil
}
