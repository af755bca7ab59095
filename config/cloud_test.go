package config_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/config/internal/schema"
)

// A key is rejected if the clouds tag of its field excludes the stack's cloud.
func TestLoad_keyOfAnotherCloud(t *testing.T) {
	tried := map[config.Cloud]int{}
	for _, cloud := range config.Clouds() {
		settings, err := configtest.RepositoryStack(string(cloud))
		require.NoError(t, err)
		for _, key := range schema.Keys(reflect.TypeFor[config.Config]()) {
			if key.SupportedOn(string(cloud)) || key.Type.Kind() == reflect.Struct {
				continue
			}
			tried[cloud]++
			t.Run(fmt.Sprintf("%s on %s", key.Path, cloud), func(t *testing.T) {
				settings := settings.Clone()
				settings.Set(key.Path, map[reflect.Kind]any{
					reflect.String: "x", reflect.Bool: true, reflect.Int: 1, reflect.Slice: []any{"x"}, reflect.Int64: "1h", // a duration
					reflect.Map: map[string]any{"x": map[string]any{}},
				}[key.Type.Kind()])
				_, err := config.Load(settings, nil)
				var validationErr *config.ValidationError
				require.ErrorAs(t, err, &validationErr)
				require.True(t, slices.ContainsFunc(validationErr.Errors, func(err *field.Error) bool {
					// The tag may be on an object that contains the key.
					return err.Type == field.ErrorTypeForbidden && strings.HasPrefix("modelferry:"+key.Path, err.Field) &&
						strings.HasSuffix(err.Detail, fmt.Sprintf("and this stack is on %s: remove it", cloud))
				}), "%v", err)
			})
		}
	}
	require.Greater(t, tried[config.GKE], 6)
	require.Greater(t, tried[config.EKS], 8)
}

// A key whose tag has a misspelt cloud would be rejected on every cloud.
func TestConfig_cloudsTagsKnown(t *testing.T) {
	known := []string{}
	for _, cloud := range config.Clouds() {
		known = append(known, string(cloud))
	}
	for _, key := range schema.Keys(reflect.TypeFor[config.Config]()) {
		require.Subset(t, known, key.Clouds, key.Path)
	}
}
