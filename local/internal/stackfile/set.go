package stackfile

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumi "github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"

	"github.com/modelferry/modelferry/cli/stackfile"
)

// ReadValues returns the config of a file in the format of a stack file, for Read and Merge.
func ReadValues(path string) (map[string]any, error) {
	content, err := stackfile.ReadYAML(path)
	if err != nil {
		return nil, err
	}
	values, ok := content["config"].(map[string]any)
	if !ok {
		return nil, fmt.Errorf(
			"%s: missing config: must be in the format of a stack file, with keys and values in config",
			filepath.Base(path),
		)
	}
	return values, nil
}

// Set sets a value in the config, given as KEY=VALUE. Like for pulumi config set --path, KEY can be a path into objects
// and lists (modelferry:a.b[0]). The values true, false and integers at such a path are not strings. A key without a
// namespace belongs to the project.
func (f File) Set(assignment string) error {
	path, value, found := strings.Cut(assignment, "=")
	if !found || path == "" {
		return fmt.Errorf("invalid assignment %q: must be KEY=VALUE, such as modelferry:releases.nlpinsight.backend=finbert", assignment)
	}
	if !strings.Contains(path, ":") {
		path = f.Project + ":" + path
	}
	key, err := pulumi.ParseKey(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	steps, err := resource.ParsePropertyPath(key.Name())
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if len(steps) == 0 {
		return fmt.Errorf("%s: missing key", path)
	}
	name, isString := steps[0].(string)
	if !isString {
		return fmt.Errorf("%s: a key must begin with a name", path)
	}
	root := pulumi.MustMakeKey(key.Namespace(), name)
	configMap := pulumi.Map{}
	if current, ok := f.Values[root.String()]; ok && len(steps) > 1 {
		text, err := json.Marshal(current)
		if err != nil {
			return fmt.Errorf("%s: %w", root, err)
		}
		configMap[root] = pulumi.NewObjectValue(string(text))
	}
	if err := configMap.Set(key, pulumi.NewValue(value), true); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	updated, err := configMap[root].ToObject()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	f.Values[root.String()] = updated
	f.overridden[root.String()] = true
	return nil
}

// replacement is an object that replaces another one. engine.MergeConfig merges values of type map[string]any only.
type replacement map[string]any

// Overrides returns the values that engine.MergeConfig has to merge into the repository's stack file to get this
// config. They are the keys that were changed, with their complete values, or nil for a removed key.
func (f File) Overrides() map[string]any {
	overrides := map[string]any{}
	for key := range f.overridden {
		overrides[key] = f.Values[key]
		if object, ok := overrides[key].(map[string]any); ok {
			overrides[key] = replacement(object)
		}
	}
	return overrides
}
