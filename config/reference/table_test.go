package reference_test

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/config/reference"
)

var update = flag.Bool("update", false, "write the table into docs/configuration.md")

const (
	begin = "<!-- config:begin -->\n"
	end   = "<!-- config:end -->"
	renew = "regenerate the table of docs/configuration.md: go test ./config/reference -update"
)

func table(t *testing.T) (table, root string) {
	t.Helper()
	root, err := configtest.RepositoryRoot()
	require.NoError(t, err)
	table, err = reference.Table(filepath.Join(root, "config"))
	require.NoError(t, err)
	return table, root
}

func TestReadmeHoldsTheTable(t *testing.T) {
	want, root := table(t)
	file := filepath.Join(root, "docs", "configuration.md")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	before, rest, hasBegin := strings.Cut(string(content), begin)
	held, after, hasEnd := strings.Cut(rest, end)
	require.True(t, hasBegin && hasEnd, "docs/configuration.md has no place for the config table: put %s and %s on lines of their own, then %s", strings.TrimSpace(begin), end, renew)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(before+begin+want+end+after), 0o644))
		return
	}
	require.Equal(t, want, held, renew)
}

// Every key that the types have is in the table: by reflection, while the
// table is made from the source.
func TestTableHasEveryKey(t *testing.T) {
	text, _ := table(t)
	seen := map[reflect.Type]bool{}
	var visit func(reflect.Type, string)
	visit = func(typ reflect.Type, at string) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice:
			visit(typ.Elem(), at)
			return
		case reflect.Map:
			if typ.Elem().Kind() == reflect.Struct {
				visit(typ.Elem(), at+".NAME")
			}
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[typ] {
			return
		}
		seen[typ] = true
		for k := range typ.NumField() {
			name := typ.Field(k).Tag.Get("json")
			if name == "-" {
				continue
			}
			key := strings.TrimPrefix(at+"."+name, ".")
			require.Contains(t, text, "| `"+key+"` |")
			visit(typ.Field(k).Type, key)
		}
	}
	visit(reflect.TypeFor[config.Config](), "")
}

func TestTableSaysTypesAndDefaults(t *testing.T) {
	text, _ := table(t)
	for _, want := range []string{
		"| `cloud` | text | *required* | Cloud that the stack runs on: gke or eks. |",
		"| `gcp:project` | text | *required* on gke | Project ID, as in gcp:project. |",
		"| `aws:region` | text | *required* on eks | Region, as in aws:region. |",
		"| `fetcher.retries` | number | `3` | Attempts after the first one, 20 at most. |",
		"| `cluster.create.deletionProtection` | true, false | `true` |",
		"| `cluster.create.authorizedNetworks` | list of text |  |",
		"| `services.NAME.env` | text by name |  |",
		"| `services.NAME.deployment` | text | the service's name | Name of the Deployment. |",
		"| `services.NAME.autoscaling.scaleDownWindow` | duration | `300s` |",
		"| `services.NAME.resources` | object |  | Requests and limits of the model server. Its keys are those of `fetcher.resources`. |",
		"| `releases.NAME.artifacts.NAME.version` | text |  | Version to pin: the generation on GCS, the version ID on S3. |",
	} {
		require.Contains(t, text, want)
	}
}

func TestTableOfAnotherFolder(t *testing.T) {
	_, err := reference.Table(t.TempDir())
	require.ErrorContains(t, err, "name the folder of the config package")

	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "config.go"), []byte("package config\ntype Config struct {\n\tCloud string `json:\"cloud\"`\n}\n"), 0o600))
	_, err = reference.Table(folder)
	require.EqualError(t, err, "config key cloud: its field has no comment: write what it is")
}
