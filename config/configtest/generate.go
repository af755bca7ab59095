package configtest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"

	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/internal/schema"
)

// Stacks generates the config of a stack on each cloud, by the cloud's name.
// Both have the same services and releases, and the same values of all keys
// that the clouds share. Both are valid.
func Stacks() *rapid.Generator[map[string]Settings] {
	return rapid.Custom(func(t *rapid.T) map[string]Settings {
		shared := Settings{}
		// Production stacks pin every image and artifact.
		production := rapid.Bool().Draw(t, "production")
		shared.Set("production", production)
		for _, o := range options {
			if o.shared() {
				o.draw(t, "", shared)
			}
		}
		drawServices(t, shared, production)
		create := rapid.Bool().Draw(t, "create a cluster")
		ingress := rapid.Bool().Draw(t, "an ingress")
		stacks := map[string]Settings{}
		for _, cloud := range config.Clouds() { // in this order, so that a failure is reproducible
			s := shared.Clone()
			s.Set("cloud", string(cloud))
			maps.Copy(s, fixtures[cloud].providerKeys)
			if create {
				drawCluster(t, s, cloud, production)
			} else {
				s.Set("cluster.existing", "production")
			}
			if ingress {
				drawIngress(t, s, cloud)
			}
			for _, o := range options {
				if !o.shared() {
					o.drawOn(t, "", s, cloud)
				}
			}
			stacks[string(cloud)] = s
		}
		return stacks
	})
}

// option is a key that may be set, and its values.
type option struct {
	path string
	// values for every cloud; nil where the cloud's fixture has them.
	values *rapid.Generator[any]
}

// keys are the config's keys by path.
var keys = func() map[string]schema.Key {
	byPath := map[string]schema.Key{}
	for _, key := range schema.Keys(reflect.TypeFor[config.Config]()) {
		byPath[key.Path] = key
	}
	return byPath
}()

// shared reports whether every cloud has the key with the same values.
func (o option) shared() bool { return o.values != nil && keys[o.path].Clouds == nil }

// draw sets the key below a path, or leaves it out.
func (o option) draw(t *rapid.T, at string, s Settings) {
	if rapid.Bool().Draw(t, at+o.path+" is set") {
		s.Set(at+o.path, o.values.Draw(t, at+o.path))
	}
}

// drawOn is draw for a key that the cloud may not have, or only with values of its own.
func (o option) drawOn(t *rapid.T, at string, s Settings, cloud config.Cloud) {
	if !keys[at+o.path].SupportedOn(string(cloud)) {
		return
	}
	if o.values == nil {
		o.values = fixtures[cloud].values[at+o.path]
	}
	o.draw(t, at, s)
}

// of generates one of some values.
func of(values ...any) *rapid.Generator[any] { return rapid.SampledFrom(values) }

// newly generates a value that is created for each draw, so that a Set below
// it changes no other.
func newly(create func() any) *rapid.Generator[any] {
	return rapid.Map(rapid.Just(0), func(int) any { return create() })
}

// Clone copies the settings and every object below them, so that a
// change of the copy does not change them.
func (s Settings) Clone() Settings {
	var copyValue func(any) any
	copyValue = func(value any) any {
		switch value := value.(type) {
		case map[string]any:
			copied := make(map[string]any, len(value))
			for key, inner := range value {
				copied[key] = copyValue(inner)
			}
			return copied
		case []any:
			copied := make([]any, len(value))
			for k, inner := range value {
				copied[k] = copyValue(inner)
			}
			return copied
		}
		return value
	}
	copied := Settings{}
	for key, value := range s {
		copied[key] = copyValue(value)
	}
	return copied
}

// at returns an object of the project's own, nil where there is none.
func (s Settings) at(key string, path ...string) map[string]any {
	found := object(s[config.Namespace+":"+key])
	for _, step := range path {
		found = object(found[step])
	}
	return found
}

func object(value any) map[string]any {
	found, _ := value.(map[string]any)
	return found
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// digest is an image's or an artifact's, another one for each name.
func digest(name string) string { return fmt.Sprintf("%064x", name)[:64] }
