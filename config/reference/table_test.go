package reference_test

import (
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/config/internal/schema"
	"github.com/modelferry/modelferry/config/reference"
)

// configKeys returns the keys of package config.
func configKeys(t *testing.T) []reference.Key {
	t.Helper()
	root, err := configtest.RepositoryRoot()
	require.NoError(t, err)
	keys, err := reference.Keys(filepath.Join(root, "config"))
	require.NoError(t, err)
	return keys
}

// reference.Keys parses the source, and schema.Keys uses reflection. Both have to find the same keys with the same
// clouds. The tables list the keys of a struct type only once.
func TestKeys_agreeWithTypes(t *testing.T) {
	remaining := map[string]reference.Key{}
	for _, key := range configKeys(t) {
		remaining[key.Path] = key
	}
	visited := map[reflect.Type]bool{}
	skipped := map[string]bool{} // keys of a type that the tables already list
	for _, key := range schema.Keys(reflect.TypeFor[config.Config]()) {
		parent := strings.TrimSuffix(key.Path[:max(strings.LastIndex(key.Path, "."), 0)], ".NAME")
		typ := structType(key.Type)
		if skipped[parent] {
			skipped[key.Path] = true
			continue
		}
		found, ok := remaining[key.Path]
		require.True(t, ok, "%s is not in the tables", key.Path)
		require.Equal(t, key.Clouds, found.Clouds, key.Path)
		delete(remaining, key.Path)
		skipped[key.Path] = typ != nil && visited[typ]
		visited[typ] = true
	}
	var providerKeys []string
	for namespace, typ := range map[string]reflect.Type{"gcp:": reflect.TypeFor[config.GCP](), "aws:": reflect.TypeFor[config.AWS]()} {
		for _, key := range schema.Keys(typ) {
			providerKeys = append(providerKeys, namespace+key.Path)
		}
	}
	require.ElementsMatch(t, providerKeys, slices.Collect(maps.Keys(remaining)))
}

// structType returns the struct type of a value or of a map's values, nil for other values.
func structType(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Map || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return nil
	}
	return t
}

func TestKeys_typesAndDefaults(t *testing.T) {
	table := reference.Table(configKeys(t), "cloud", "gcp", "aws", "cluster", "gpu", "fetcher", "services", "releases")
	for _, want := range []string{
		"| `cloud` | string | *required* |  | Cloud that the stack runs on: gke or eks. |",
		"| `gcp:project` | string | *required* | gke | ID of the project. |",
		"| `aws:region` | string | *required* | eks | Region of the stack, such as eu-west-1. |",
		"| `fetcher.retries` | number | `3` |  | Number of retries after a failed attempt, up to 20. |",
		"| `cluster.create.deletionProtection` | boolean | `true` |  |",
		"| `cluster.create.authorizedNetworks` | list of strings |  |  |",
		"| `cluster.create.autoscaler.image` | string | the first release for cluster.create.version, or for 1.35 | eks |",
		"| `gpu.zones` | list of strings | the cluster's zones | gke |",
		"| `services.NAME.env` | map of strings |  |  |",
		"| `services.NAME.deployment` | string | NAME |  | Name of the Deployment. |",
		"| `services.NAME.autoscaling.scaleDownWindow` | duration | `300s` |  |",
		"| `services.NAME.resources` | object |  |  | Requests and limits of the model server. Keys as in `fetcher.resources`. |",
		"| `releases.NAME.artifacts.NAME.version` | string |  |  | Version to pin: the generation of a Cloud Storage object, the " +
			"version ID of an S3 object. |",
	} {
		require.Contains(t, table, want)
	}
	require.NotContains(t, table, "`namespace`")
}

func TestKeys_errors(t *testing.T) {
	_, err := reference.Keys(t.TempDir())
	require.ErrorContains(t, err, "must be the directory of package config")

	dir := t.TempDir()
	source := "package config\ntype Config struct {\n\tCloud string `json:\"cloud\"`\n}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.go"), []byte(source), 0o600))
	_, err = reference.Keys(dir)
	require.EqualError(t, err, "config key cloud: its field must have a comment that describes it")
}
