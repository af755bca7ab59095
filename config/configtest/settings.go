// Package configtest provides the config of stacks for tests, in the form in
// which the Pulumi engine provides it: that of the repository's stack files, and
// generated ones.
package configtest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/config"
)

// Settings are a stack's config by whole keys ("modelferry:cloud").
type Settings map[string]any

var _ config.Source = Settings{}

// GetConfig returns a value in the engine's form: text as it is, everything
// else as JSON.
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

// Stack returns "", so that no rule depends on the stack's name. Tests of these rules have a Source of their own.
func (s Settings) Stack() string { return "" }

// Keys returns the keys that are set, sorted.
func (s Settings) Keys() []string { return slices.Sorted(maps.Keys(s)) }

// Raw returns all values in the engine's form.
func (s Settings) Raw() map[string]string {
	raw := make(map[string]string, len(s))
	for key := range s {
		raw[key], _ = s.GetConfig(key)
	}
	return raw
}

// Set puts a value at a path such as pulumi config set --path takes: a
// provider's whole key (gcp:project), or one of the project's own without its
// namespace (releases.bankchurn.image). It creates missing parent objects. A
// nil value removes the key.
func (s Settings) Set(path string, value any) {
	if !strings.Contains(path, ":") {
		path = config.Namespace + ":" + path
	}
	keys := strings.Split(path, ".")
	at := map[string]any(s)
	for _, key := range keys[:len(keys)-1] {
		inner, ok := at[key].(map[string]any)
		if !ok {
			inner = map[string]any{}
			at[key] = inner
		}
		at = inner
	}
	last := keys[len(keys)-1]
	if value == nil {
		delete(at, last)
		return
	}
	at[last] = value
}
