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

// Tests of properties depend on the generator: its stacks are valid, and both
// clouds have the same services.
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

// A new key has to be generated too, so that the properties cover it.
func TestStacks_setEveryKey(t *testing.T) {
	drawn := map[string]bool{}
	for seed := range 60 {
		for _, settings := range configtest.Stacks().Example(seed) {
			own := map[string]any{}
			for key, value := range settings {
				if name, ok := strings.CutPrefix(key, config.Namespace+":"); ok {
					own[name] = value
				}
			}
			collectKeys(reflect.TypeFor[config.Config](), own, "", drawn)
		}
	}
	all := map[string]bool{}
	collectKeys(reflect.TypeFor[config.Config](), nil, "", all)
	require.Greater(t, len(all), 60, "the types were not read")
	for _, key := range slices.Sorted(maps.Keys(all)) {
		require.True(t, drawn[key], "%s is never set: add it to the options in config/configtest", key)
	}
}

// collectKeys adds the keys of a type below a path to all: those that a value
// has, or every one for a nil value.
func collectKeys(t reflect.Type, value any, at string, all map[string]bool) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	object, _ := value.(map[string]any)
	named := t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Struct
	amounts := t == reflect.TypeFor[config.ResourceRequirements]() || t == reflect.TypeFor[config.ResourceList]()
	switch {
	case t.Kind() == reflect.Struct && !amounts:
		for i := range t.NumField() {
			name := t.Field(i).Tag.Get("json")
			inner, has := object[name]
			if name != "" && name != "-" && (has || value == nil) {
				collectKeys(t.Field(i).Type, inner, strings.TrimPrefix(at+"."+name, "."), all)
			}
		}
	case named && value == nil:
		collectKeys(t.Elem(), nil, at+".NAME", all)
	case named:
		for _, inner := range object {
			collectKeys(t.Elem(), inner, at+".NAME", all)
		}
	default:
		all[at] = true
	}
}
