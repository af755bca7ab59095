// Package configtest provides configs for tests, in the form in which the Pulumi engine provides them: the configs of
// the repository's stacks, and generated ones.
package configtest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/config"
)

// Settings are the config values of a stack by key with namespace ("modelferry:cloud").
type Settings map[string]any

var _ config.Source = Settings{}

// GetConfig returns a value in the form of the engine: a string unchanged, any other value as JSON.
func (s Settings) GetConfig(key string) (string, bool) {
	value, ok := s[key]
	if !ok {
		return "", false
	}
	if text, ok := value.(string); ok {
		return text, true
	}
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // all values come from YAML or test code, and are valid in JSON
	}
	return string(text), true
}

// Stack returns "", so that no rule depends on the stack's name. Tests of rules that do have their own Source.
func (s Settings) Stack() string { return "" }

// Keys returns the keys that are set, sorted.
func (s Settings) Keys() []string { return slices.Sorted(maps.Keys(s)) }

// Raw returns all values in the form of the engine.
func (s Settings) Raw() map[string]string {
	raw := make(map[string]string, len(s))
	for key := range s {
		raw[key], _ = s.GetConfig(key)
	}
	return raw
}

// Set sets the value at a path in the syntax of pulumi config set --path. The path begins with the key of a provider
// (gcp:project), or with a key of the project without its namespace (releases.bankchurn.image). Set creates missing
// parent objects. A nil value removes the key.
func (s Settings) Set(path string, value any) {
	if !strings.Contains(path, ":") {
		path = config.Namespace + ":" + path
	}
	keys := strings.Split(path, ".")
	object := map[string]any(s)
	for _, key := range keys[:len(keys)-1] {
		child, ok := object[key].(map[string]any)
		if !ok {
			child = map[string]any{}
			object[key] = child
		}
		object = child
	}
	last := keys[len(keys)-1]
	if value == nil {
		delete(object, last)
		return
	}
	object[last] = value
}
