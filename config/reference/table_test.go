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

// configKeys returns the keys of package config by path.
func configKeys(t *testing.T) []reference.Key {
	t.Helper()
	root, err := configtest.RepositoryRoot()
	require.NoError(t, err)
	keys, err := reference.Keys(filepath.Join(root, "config"))
	require.NoError(t, err)
	return keys
}

// Keys reads the source, schema.Keys the types: both find the same keys with
// the same clouds. The tables have the keys of a repeated type once.
func TestKeys_agreeWithTypes(t *testing.T) {
	unseen := map[string]reference.Key{}
	for _, key := range configKeys(t) {
		unseen[key.Path] = key
	}
	visited := map[reflect.Type]bool{}
	skipped := map[string]bool{} // keys of a type that the tables have already
	for _, key := range schema.Keys(reflect.TypeFor[config.Config]()) {
		parent := strings.TrimSuffix(key.Path[:max(strings.LastIndex(key.Path, "."), 0)], ".NAME")
		typ := structType(key.Type)
		if skipped[parent] {
			skipped[key.Path] = true
			continue
		}
		found, ok := unseen[key.Path]
		require.True(t, ok, "%s is not in the tables", key.Path)
		require.Equal(t, key.Clouds, found.Clouds, key.Path)
		delete(unseen, key.Path)
		skipped[key.Path] = typ != nil && visited[typ]
		visited[typ] = true
	}
	require.ElementsMatch(t, []string{"gcp:project", "gcp:region", "aws:region"}, slices.Collect(maps.Keys(unseen)))
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
		"| `cloud` | text | *required* |  | Cloud that the stack runs on: gke or eks. |",
		"| `gcp:project` | text | *required* | gke | ID of the project. |",
		"| `aws:region` | text | *required* | eks | Region of the stack, such as eu-west-1. |",
		"| `fetcher.retries` | number | `3` |  | Number of retries after a failed attempt, up to 20. |",
		"| `cluster.create.deletionProtection` | true, false | `true` |  |",
		"| `cluster.create.authorizedNetworks` | list of text |  |  |",
		"| `cluster.create.autoscaler.image` | text | the first release for cluster.create.version, or for 1.35 | eks |",
		"| `gpu.zones` | list of text | the cluster's zones | gke |",
		"| `services.NAME.env` | text by name |  |  |",
		"| `services.NAME.deployment` | text | NAME |  | Name of the Deployment. |",
		"| `services.NAME.autoscaling.scaleDownWindow` | duration | `300s` |  |",
		"| `services.NAME.resources` | object |  |  | Requests and limits of the model server. Keys as in `fetcher.resources`. |",
		"| `releases.NAME.artifacts.NAME.version` | text |  |  | Version to pin: the generation of a Cloud Storage object, the " +
			"version ID of an S3 object. |",
	} {
		require.Contains(t, table, want)
	}
	require.NotContains(t, table, "`namespace`")
}

func TestKeys_ofAnotherDirectory(t *testing.T) {
	_, err := reference.Keys(t.TempDir())
	require.ErrorContains(t, err, "must be the directory of package config")

	dir := t.TempDir()
	source := "package config\ntype Config struct {\n\tCloud string `json:\"cloud\"`\n}\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "config.go"), []byte(source), 0o600))
	_, err = reference.Keys(dir)
	require.EqualError(t, err, "config key cloud: its field must have a comment that describes it")
}
