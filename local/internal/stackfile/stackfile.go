// Package stackfile changes the config that Pulumi's files have for a stack: with values of other files, and with
// single keys. Errors in it are reported before a node or the engine is started.
package stackfile

import (
	"maps"

	"github.com/modelferry/modelferry/cli/stackfile"
)

// File is a stack's config: the project's values, overridden by the stack's.
type File struct {
	stackfile.Source
	// overridden are the keys that Merge or Set changed.
	overridden map[string]bool
}

// Read reads Pulumi.yaml and Pulumi.STACK.yaml in root and merges values into them, as Merge does.
func Read(root, stack string, values map[string]any) (File, error) {
	source, err := stackfile.Read(root, stack, stackfile.DefaultPath(root, stack))
	if err != nil {
		return File{}, err
	}
	f := File{Source: source, overridden: map[string]bool{}}
	f.Merge(values)
	return f, nil
}

// Merge merges values, by "project:key", into the config. Maps are merged key by key, and nil removes a key.
func (f File) Merge(values map[string]any) {
	mergeMaps(f.Values, values)
	for key := range values {
		f.overridden[key] = true
	}
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
