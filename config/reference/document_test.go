package reference_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/config/configtest"
	"github.com/modelferry/modelferry/config/reference"
)

var update = flag.Bool("update", false, "write the tables into docs/configuration.md")

// tableBlock matches a table with its markers. The first marker lists the top-level keys in the table.
var tableBlock = regexp.MustCompile(`(?s)(<!-- keys:begin ([\w ]+) -->\n)(.*?)(<!-- keys:end -->\n)`)

// document returns docs/configuration.md and its path.
func document(t *testing.T) (text, file string) {
	t.Helper()
	root, err := configtest.RepositoryRoot()
	require.NoError(t, err)
	file = filepath.Join(root, "docs", "configuration.md")
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(content), file
}

func TestDocument_tablesAreGenerated(t *testing.T) {
	keys := configKeys(t)
	text, file := document(t)
	generated := tableBlock.ReplaceAllStringFunc(text, func(block string) string {
		match := tableBlock.FindStringSubmatch(block)
		return match[1] + reference.Table(keys, strings.Fields(match[2])...) + match[4]
	})
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(generated), 0o644))
		return
	}
	require.Equal(t, generated, text, "regenerate the tables of docs/configuration.md: go test ./config/reference -update")
}

func TestDocument_hasEveryKeyOnce(t *testing.T) {
	text, _ := document(t)
	for _, key := range configKeys(t) {
		require.Equal(t, 1, strings.Count(text, "\n| `"+key.Path+"` |"), key.Path)
	}
}

// yamlBlock matches an example for the stack named after yaml, gke by default.
var yamlBlock = regexp.MustCompile("(?ms)^```yaml ?(\\w*)\n(.*?)^```$")

// Each example replaces the values of the same keys in the config of the repository's stack, and the result is loaded.
// For services and releases, it replaces only the entries that it has.
func TestDocument_examplesAreValid(t *testing.T) {
	text, _ := document(t)
	documented := map[string]bool{}
	for _, block := range yamlBlock.FindAllStringSubmatch(text, -1) {
		stack, example := block[1], block[2]
		if stack == "" {
			stack = "gke"
		}
		settings, err := configtest.RepositoryStack(stack)
		require.NoError(t, err)
		var values struct {
			Config map[string]any `yaml:"config"`
		}
		require.NoError(t, yaml.Unmarshal([]byte(example), &values), example)
		require.NotEmpty(t, values.Config, example)
		for key, value := range values.Config {
			name := strings.TrimPrefix(key, config.Namespace+":")
			documented[name[:strings.IndexAny(name+":", ":")]] = true
			if name == "services" || name == "releases" {
				for entry, object := range value.(map[string]any) {
					settings.Set(name+"."+entry, object)
				}
				continue
			}
			settings[key] = value
		}
		_, err = config.Load(settings, settings.Keys())
		require.NoError(t, err, example)
	}
	for _, key := range configKeys(t) {
		root := key.Root()
		require.True(t, documented[root] || root == "aws" || root == "production" || root == "identity", "no example has %s", root)
	}
}

// The document shows the error that Load returns.
func TestDocument_errorsAreReal(t *testing.T) {
	settings, err := configtest.RepositoryStack("gke")
	require.NoError(t, err)
	settings.Set("cluster.create.releaseChannel", "FAST")
	settings.Set("fetcher.retires", 5)
	settings.Set("identity", "irsa")
	settings.Set("releases.bankchurn.artifacts.model.path", "nlpinsight/model.joblib")
	_, err = config.Load(settings, settings.Keys())
	require.Error(t, err)
	text, _ := document(t)
	require.Contains(t, text, "```text\n"+err.Error()+"\n```\n")
}
