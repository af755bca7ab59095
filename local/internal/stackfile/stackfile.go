// Package stackfile reads a stack's config from Pulumi's files, as the engine does. Errors in it are reported before a
// node or the engine is started.
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

// File is a stack's config: the project's values, overridden by the stack's.
type File struct {
	project, stack string
	values         map[string]any
	// overridden are the keys that Merge or Set changed.
	overridden map[string]bool
}

// Read reads Pulumi.yaml and Pulumi.STACK.yaml in root and merges values into them, as Merge does.
func Read(root, stack string, values map[string]any) (File, error) {
	project, err := readYAML(filepath.Join(root, "Pulumi.yaml"))
	if err != nil {
		return File{}, err
	}
	stackFile, err := readYAML(filepath.Join(root, "Pulumi."+stack+".yaml"))
	if err != nil {
		return File{}, err
	}
	name, _ := project["name"].(string)
	f := File{project: name, stack: stack, values: map[string]any{}, overridden: map[string]bool{}}
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
		f.values[key] = value
	}
	maps.Copy(f.values, asMap(stackFile["config"]))
	f.Merge(values)
	return f, nil
}

// Merge merges values, by "project:key", into the config. Maps are merged key by key, and nil removes a key.
func (f File) Merge(values map[string]any) {
	mergeMaps(f.values, values)
	for key := range values {
		f.overridden[key] = true
	}
}

// Load decodes and validates the config. The error of an invalid config is a *config.ValidationError.
func (f File) Load() (config.Config, error) { return config.Load(f, f.Keys()) }

// Stack returns the stack's name.
func (f File) Stack() string { return f.stack }

// Keys returns the sorted keys of the config, "project:key".
func (f File) Keys() []string { return slices.Sorted(maps.Keys(f.values)) }

// GetConfig returns a value in the form in which the engine passes it to a program: strings as they are, other values
// as JSON.
func (f File) GetConfig(key string) (string, bool) {
	value, ok := f.values[key]
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

func readYAML(path string) (map[string]any, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("stack config: %w", err)
	}
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

func mergeMaps(target, values map[string]any) {
	for key, value := range values {
		if value == nil { // nil removes a key, as in engine.MergeConfig
			delete(target, key)
			continue
		}
		nested, isMap := value.(map[string]any)
		current, currentIsMap := target[key].(map[string]any)
		if isMap && currentIsMap {
			current = maps.Clone(current)
			mergeMaps(current, nested)
			target[key] = current
			continue
		}
		target[key] = value
	}
}
