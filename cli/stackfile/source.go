// Package stackfile reads a stack's config from Pulumi's files, as the engine does, and edits a stack file in place.
package stackfile

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/config"
)

// Source is a stack's config: the project's values, overridden by the stack's. It is a config.Source.
type Source struct {
	// Project is the name of the project in Pulumi.yaml.
	Project string
	// Values are the values by key, such as modelferry:cloud.
	Values map[string]any

	stack string
}

// ConfigFileVariable is the variable that names the stack's file, as the flag --config-file of pulumi does.
// https://www.pulumi.com/docs/iac/cli/environment-variables/
const ConfigFileVariable = "PULUMI_OPTION_CONFIG_FILE"

// FilesVariable is the variable with the files of several stacks: STACK=PATH, separated like the directories of PATH.
// The local cloud has stack files of its own.
const FilesVariable = "MODELFERRY_STACK_FILES"

// files returns the files that FilesVariable names, by stack.
func files() map[string]string {
	paths := map[string]string{}
	for _, entry := range filepath.SplitList(os.Getenv(FilesVariable)) {
		if stack, path, ok := strings.Cut(entry, "="); ok {
			paths[stack] = path
		}
	}
	return paths
}

// IsNamed reports whether MODELFERRY_STACK_FILES names the file of a stack.
func IsNamed(stack string) bool { return files()[stack] != "" }

// DefaultPath returns the path of a stack's file in root, without regard to the environment.
func DefaultPath(root, stack string) string { return filepath.Join(root, "Pulumi."+stack+".yaml") }

// Path returns the path of the stack's file: the one that MODELFERRY_STACK_FILES or PULUMI_OPTION_CONFIG_FILE names, or
// Pulumi.STACK.yaml in root.
func Path(root, stack string) string {
	if path := files()[stack]; path != "" {
		return path
	}
	if path := os.Getenv(ConfigFileVariable); path != "" {
		return path
	}
	return DefaultPath(root, stack)
}

// Read reads Pulumi.yaml in root and a stack's file.
func Read(root, stack, path string) (Source, error) {
	project, err := readProject(root)
	if err != nil {
		return Source{}, err
	}
	stackFile, err := ReadYAML(path)
	if err != nil {
		return Source{}, err
	}
	return newSource(project, stack, stackFile), nil
}

// Parse returns the config of a stack whose file would have this content. root has Pulumi.yaml.
func Parse(root, stack string, content []byte) (Source, error) {
	return parse(root, stack, DefaultPath(root, stack), content)
}

// parse is Parse with the path of the file for errors.
func parse(root, stack, path string, content []byte) (Source, error) {
	project, err := readProject(root)
	if err != nil {
		return Source{}, err
	}
	stackFile, err := parseYAML(path, content)
	if err != nil {
		return Source{}, err
	}
	return newSource(project, stack, stackFile), nil
}

func readProject(root string) (map[string]any, error) {
	return ReadYAML(filepath.Join(root, "Pulumi.yaml"))
}

func newSource(project map[string]any, stack string, stackFile map[string]any) Source {
	name, _ := project["name"].(string)
	s := Source{Project: name, stack: stack, Values: map[string]any{}}
	for key, value := range asMap(project["config"]) {
		if !strings.Contains(key, ":") {
			key = name + ":" + key
		}
		// In Pulumi.yaml the value of a key can be a declaration: an object with a value or a default, and a type.
		if declaration, ok := value.(map[string]any); ok {
			if inner, ok := declaration["value"]; ok {
				value = inner
			} else if inner, ok := declaration["default"]; ok {
				value = inner
			}
		}
		s.Values[key] = value
	}
	maps.Copy(s.Values, asMap(stackFile["config"]))
	return s
}

// Load decodes and validates the config. The error of an invalid config is a *config.ValidationError.
func (s Source) Load() (config.Config, error) { return config.Load(s, s.Keys()) }

// Stack returns the stack's name.
func (s Source) Stack() string { return s.stack }

// Keys returns the sorted keys of the config, "project:key".
func (s Source) Keys() []string { return slices.Sorted(maps.Keys(s.Values)) }

// GetConfig returns a value in the form in which the engine passes it to a program: strings as they are, other values
// as JSON.
func (s Source) GetConfig(key string) (string, bool) {
	value, ok := s.Values[key]
	if !ok {
		return "", false
	}
	if text, isText := value.(string); isText {
		return text, true
	}
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value), true // fails the validation of every key
	}
	return string(text), true
}

// ReadYAML reads a YAML file whose top level is a mapping.
func ReadYAML(path string) (map[string]any, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("stack config: %w", err)
	}
	return parseYAML(path, content)
}

func parseYAML(path string, content []byte) (map[string]any, error) {
	values := map[string]any{}
	if err := yaml.Unmarshal(content, &values); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return values, nil
}

func asMap(value any) map[string]any {
	values, _ := value.(map[string]any)
	return values
}
