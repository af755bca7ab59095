package stackfile

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	pulumi "github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
)

// ReadValues reads the config of a further file, which is written as a stack file
// is, for Read and Lay.
func ReadValues(path string) (map[string]any, error) {
	content, err := readYAML(path)
	if err != nil {
		return nil, err
	}
	values := asMap(content["config"])
	if values == nil {
		return nil, fmt.Errorf("%s: it has no config: write it as a stack file is, keys and values below config", filepath.Base(path))
	}
	return values, nil
}

// Set puts one value into the config, KEY=VALUE, as pulumi config set --path
// does: a key leads into objects and lists (modelferry:a.b[0]), one without a
// namespace is the project's, and below a key true, false and whole numbers are
// what they look like.
func (f File) Set(assignment string) error {
	path, value, found := strings.Cut(assignment, "=")
	if !found || path == "" {
		return fmt.Errorf("%q: write KEY=VALUE, such as modelferry:releases.nlpinsight.backend=finbert", assignment)
	}
	if !strings.Contains(path, ":") {
		path = f.project + ":" + path
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
		return fmt.Errorf("%s: names no key", path)
	}
	name, isString := steps[0].(string)
	if !isString {
		return fmt.Errorf("%s: a key begins with a name", path)
	}
	root := pulumi.MustMakeKey(key.Namespace(), name)
	configMap := pulumi.Map{}
	if current, ok := f.values[root.String()]; ok && len(steps) > 1 {
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
	f.values[root.String()] = updated
	f.overridden[root.String()] = true
	return nil
}

// replacement is an object that takes the place of the one before, where a plain map
// would be merged into it.
type replacement map[string]any

// Overrides is what has to lie over the repository's stack file for an engine to
// read this config: the keys that something was laid over, each with all that
// it holds now, nil for one that is gone.
func (f File) Overrides() map[string]any {
	over := map[string]any{}
	for key := range f.overridden {
		over[key] = f.values[key]
		if inner, ok := over[key].(map[string]any); ok {
			over[key] = replacement(inner)
		}
	}
	return over
}
