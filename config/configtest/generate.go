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

// Stacks generates a valid config for each cloud, by the name of the cloud. The configs have the same services and
// releases, and the same values of all keys that the clouds share.
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
		for _, cloud := range config.Clouds() { // a fixed order makes failures reproducible
			s := shared.Clone()
			s.Set("cloud", string(cloud))
			maps.Copy(s, fixtures[cloud].providerKeys)
			for _, o := range fixtures[cloud].providerOptions {
				o.draw(t, "", s)
			}
			if create {
				drawCluster(t, s, cloud, production)
			} else {
				s.Set("cluster.existing", "production")
			}
			if ingress {
				drawIngress(t, s, cloud)
			}
			drawRegistryReaders(t, s, cloud)
			for _, o := range options {
				if !o.shared() {
					o.drawForCloud(t, "", s, cloud)
				}
			}
			stacks[string(cloud)] = s
		}
		return stacks
	})
}

// option is a key that may be set, with its possible values.
type option struct {
	path string
	// values for every cloud, or nil if the fixture of the cloud has them.
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

// draw decides whether to set the key below a path prefix, and draws its value.
func (o option) draw(t *rapid.T, prefix string, s Settings) {
	if rapid.Bool().Draw(t, prefix+o.path+" is set") {
		s.Set(prefix+o.path, o.values.Draw(t, prefix+o.path))
	}
}

// drawForCloud is draw for a key that the cloud may not support, or only with other values.
func (o option) drawForCloud(t *rapid.T, prefix string, s Settings, cloud config.Cloud) {
	if !keys[prefix+o.path].SupportedOn(string(cloud)) {
		return
	}
	if o.values == nil {
		o.values = fixtures[cloud].values[prefix+o.path]
	}
	o.draw(t, prefix, s)
}

// oneOf generates one of the values.
func oneOf(values ...any) *rapid.Generator[any] { return rapid.SampledFrom(values) }

// newEachDraw generates a new value for each draw, so that a Set below one value does not change the others.
func newEachDraw(create func() any) *rapid.Generator[any] {
	return rapid.Map(rapid.Just(0), func(int) any { return create() })
}

// Clone returns a deep copy.
func (s Settings) Clone() Settings {
	var copyValue func(any) any
	copyValue = func(value any) any {
		switch value := value.(type) {
		case map[string]any:
			copied := make(map[string]any, len(value))
			for key, element := range value {
				copied[key] = copyValue(element)
			}
			return copied
		case []any:
			copied := make([]any, len(value))
			for i, element := range value {
				copied[i] = copyValue(element)
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

// object returns the object at a path in the namespace of the project, nil if there is none.
func (s Settings) object(key string, path ...string) map[string]any {
	value := asObject(s[config.Namespace+":"+key])
	for _, name := range path {
		value = asObject(value[name])
	}
	return value
}

func asObject(value any) map[string]any {
	object, _ := value.(map[string]any)
	return object
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// digest returns a made-up SHA-256 digest of an image or artifact, which depends on the name only.
func digest(name string) string { return fmt.Sprintf("%064x", name)[:64] }
