package config_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
)

// The property tests rely on this: the generated configs are valid, and have the same services on both clouds.
func TestStacks_areValid(t *testing.T) {
	var releases, existing int
	rapid.Check(t, func(t *rapid.T) {
		var names [][]string
		for stack, settings := range configtest.Stacks().Draw(t, "stacks") {
			c, err := config.Load(settings, settings.Keys())
			require.NoError(t, err)
			require.Equal(t, config.Cloud(stack), c.Cloud)
			releases += len(c.Workloads())
			if c.Cluster.Existing != "" {
				existing++
			}
			names = append(names, c.ServiceNames())
		}
		require.Equal(t, names[0], names[1])
	})
	require.NotZero(t, releases, "no stack had a release")
	require.NotZero(t, existing, "no stack had an existing cluster")
}

// The generator has to set every key, including new ones, so that the property tests cover it.
func TestStacks_setEveryKey(t *testing.T) {
	drawn := map[string]bool{}
	for seed := range 60 {
		for _, settings := range configtest.Stacks().Example(seed) {
			projectKeys := map[string]any{}
			for key, value := range settings {
				if name, ok := strings.CutPrefix(key, config.Namespace+":"); ok {
					projectKeys[name] = value
				}
			}
			collectKeys(reflect.TypeFor[config.Config](), projectKeys, "", drawn)
		}
	}
	known := map[string]bool{}
	collectKeys(reflect.TypeFor[config.Config](), nil, "", known)
	require.Greater(t, len(known), 60, "the types were not read")
	for _, key := range slices.Sorted(maps.Keys(known)) {
		require.True(t, drawn[key], "%s is never set: add it to the options in config/configtest", key)
	}
}

// collectKeys adds the keys of a type below a path to keys: those that are set in a value, or every key if the value is
// nil.
func collectKeys(t reflect.Type, value any, path string, keys map[string]bool) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	object, _ := value.(map[string]any)
	isNamedMap := t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Struct
	isResources := t == reflect.TypeFor[config.ResourceRequirements]() || t == reflect.TypeFor[config.ResourceList]()
	switch {
	case t.Kind() == reflect.Struct && !isResources:
		for i := range t.NumField() {
			name := t.Field(i).Tag.Get("json")
			inner, isSet := object[name]
			if name != "" && name != "-" && (isSet || value == nil) {
				collectKeys(t.Field(i).Type, inner, strings.TrimPrefix(path+"."+name, "."), keys)
			}
		}
	case isNamedMap && value == nil:
		collectKeys(t.Elem(), nil, path+".NAME", keys)
	case isNamedMap:
		for _, inner := range object {
			collectKeys(t.Elem(), inner, path+".NAME", keys)
		}
	default:
		keys[path] = true
	}
}
