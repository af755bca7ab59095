package config_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/config/internal/schema"
)

// backendPrefixes are the prefixes of the keys of a backend, by those of the service or release that it overrides.
var backendPrefixes = map[string]string{"services.s.": "services.s.backends.b.", "releases.s.": "releases.s.backends.b."}

// backendStack returns a config whose service s runs with backend b, on the cloud of a stack. Overriding, the backend
// has copies of the service's artifact and version.
func backendStack(t *testing.T, stack string, production, overriding bool) configtest.Settings {
	t.Helper()
	settings, err := configtest.RepositoryStack(stack)
	require.NoError(t, err)
	settings.Set("production", production)
	if stack == "eks" {
		settings.Set("cluster.create.autoscaler.enabled", false)
	}
	settings.Set("services", map[string]any{})
	settings.Set("releases", map[string]any{})
	settings.Set("services.s.backends.b.env.BACKEND", "b")
	settings.Set("services.s.artifacts.model.dest", "model.joblib")
	settings.Set("releases.s.image", "registry.example/s@sha256:"+configtest.ExampleDigest)
	settings.Set("releases.s.backend", "b")
	prefixes := []string{"releases.s."}
	if overriding {
		settings.Set("services.s.backends.b.artifacts.model.dest", "model.joblib")
		prefixes = append(prefixes, backendPrefixes["releases.s."])
	}
	for _, prefix := range prefixes {
		settings.Set(prefix+"artifacts.model", map[string]any{"path": "s/model.joblib", "sha256": configtest.ExampleDigest, "size": "1MB"})
	}
	return settings
}

// triedValues returns the values that the tables of invalid cases set at a key pattern, and others of its type.
func triedValues(key schema.Key) []any {
	values := append(invalidValues(key.Type), nil)
	for _, c := range invalidCases() {
		for path, value := range c.set {
			if keyPattern("modelferry:"+path) == key.Path ||
				keyPattern("modelferry:"+path) == strings.Replace(key.Path, ".backends.NAME", "", 1) {
				values = append(values, value)
			}
		}
	}
	return values
}

// A value is refused for a backend as it is for the service or the release itself, in production and otherwise.
func TestLoad_backendLikeService(t *testing.T) {
	tried, refused := 0, 0
	for _, key := range schema.Keys(reflect.TypeFor[config.Config]()) {
		root, backendKey, ok := strings.Cut(key.Path, ".NAME.backends.NAME.")
		isInMap := key.Type.Kind() == reflect.Map && key.Type.Elem().Kind() == reflect.Struct
		if !ok || isInMap || backendKey == "artifacts" {
			continue
		}
		base := root + ".s."
		path := strings.ReplaceAll(backendKey, schema.NamePlaceholder, "model")
		for _, value := range triedValues(key) {
			for _, stack := range repositoryStacks {
				for _, production := range []bool{false, true} {
					name := fmt.Sprintf("%s: %s = %v, production %v", stack, key.Path, value, production)
					atService := errorsWith(t, backendStack(t, stack, production, false), base+path, value)
					atBackend := errorsWith(t, backendStack(t, stack, production, true), backendPrefixes[base]+path, value)
					for i, err := range atBackend {
						for service, backend := range backendPrefixes {
							err = strings.ReplaceAll(err, backend, service)
						}
						atBackend[i] = err
					}
					slices.Sort(atBackend)
					require.Equal(t, atService, atBackend, name)
					tried, refused = tried+1, refused+len(atService)
				}
			}
		}
	}
	require.Greater(t, tried, 200, "the keys of backends were not found")
	require.Greater(t, refused, 150, "too few errors: the keys were not set")
}

// errorsWith returns the sorted errors of a config with a value.
func errorsWith(t *testing.T, settings configtest.Settings, path string, value any) []string {
	t.Helper()
	settings.Set(path, value)
	_, err := config.Load(settings, nil)
	if err == nil {
		return nil
	}
	var validationErr *config.ValidationError
	require.ErrorAs(t, err, &validationErr)
	errs := lines(validationErr.Errors)
	slices.Sort(errs)
	return errs
}
