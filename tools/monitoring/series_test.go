package monitoring

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/modelferry/modelferry/tools/monitoring/dashboard"
)

// recordLabels are the labels that the recorded series have in common, and those that some of them have.
var recordLabels = []string{"namespace", "service", "pod", "deployment", "sha256", "status", "le"}

// series is the content of monitoring/series.yaml.
type series struct {
	TargetLabels []string `yaml:"targetLabels"`
	// Exporters have the labels of each series, by exporter and by the series' name.
	Exporters map[string]map[string][]string `yaml:"exporters"`
}

func readSeries(t *testing.T) series {
	t.Helper()
	content, err := os.ReadFile(folder + "/series.yaml")
	require.NoError(t, err)
	var s series
	require.NoError(t, yaml.Unmarshal(content, &s))
	require.NotEmpty(t, s.Exporters)
	return s
}

// knownLabels returns the labels of each series that an exporter or a recording rule provides.
func knownLabels(t *testing.T) map[string][]string {
	t.Helper()
	s := readSeries(t)
	known := map[string][]string{}
	for _, exported := range s.Exporters {
		for name, own := range exported {
			require.NotContains(t, known, name, "two exporters have it")
			known[name] = slices.Concat(own, s.TargetLabels)
		}
	}
	for _, group := range readRules(t) {
		for _, rule := range group.Rules {
			if rule.Record != "" {
				known[rule.Record] = recordLabels
			}
		}
	}
	return known
}

// requireKnown fails if an expression uses a series or a label of a series that nothing provides. It returns the names
// of the series.
func requireKnown(t *testing.T, known map[string][]string, where, expr string) []string {
	t.Helper()
	parsed, err := parser.ParseExpr(expr)
	require.NoError(t, err, "%s: %s", where, expr)
	var names []string
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		require.Contains(t, known, selector.Name, "%s: nothing exports it", where)
		names = append(names, selector.Name)
		for _, matcher := range selector.LabelMatchers {
			if matcher.Name != labels.MetricName {
				require.Contains(t, known[selector.Name], matcher.Name, "%s: not a label of %s", where, selector.Name)
			}
		}
		return nil
	})
	return names
}

// usedSeries returns the series that the rules and dashboards use.
func usedSeries(t *testing.T) map[string]bool {
	t.Helper()
	known := knownLabels(t)
	used := map[string]bool{}
	add := func(where, expr string) {
		for _, name := range requireKnown(t, known, where, expr) {
			used[name] = true
		}
	}
	for _, group := range readRules(t) {
		for _, rule := range group.Rules {
			add(rule.Record+rule.Alert, rule.Expr)
		}
	}
	for file, d := range readDashboards(t) {
		for _, panel := range d.Panels {
			for _, target := range panel.Targets {
				add(file+": "+panel.Title, dashboard.Expand(target.Expr, values))
			}
		}
	}
	return used
}

func TestSeries_used(t *testing.T) {
	used := usedSeries(t)
	for name := range knownLabels(t) {
		require.True(t, used[name], "no rule or dashboard uses %s", name)
	}
}

// sources are the exporters' sources: a folder of the repository, or of a module. The source of fetcher-exporter is its
// test, which has what it writes. Prometheus itself has none: ALERTS and up are documented.
var sources = []struct{ exporter, module, folder, files string }{
	{"fetcher-exporter", "", "cli/internal/fetcherexporter", "handler_test.go"},
	{"model-server", "", "examples/serving", "*.py"},
	{"kube-state-metrics", "tools/kube-state-metrics", "internal/store", "*.go"},
}

// stateMetrics is the module of kube-state-metrics, whose version tools/kube-state-metrics pins.
const stateMetrics = "k8s.io/kube-state-metrics/v2"

// Every series is written by its exporter: its name is in the source. The names of a histogram's series end in a
// suffix.
func TestSeries_exported(t *testing.T) {
	exporters := readSeries(t).Exporters
	for _, source := range sources {
		t.Run(source.exporter, func(t *testing.T) {
			dir := filepath.Join(repository, source.folder)
			if source.module != "" {
				cmd := exec.Command("go", "mod", "download", "-json", stateMetrics)
				cmd.Dir = filepath.Join(repository, source.module)
				out, err := cmd.Output()
				require.NoError(t, err, "%s", out)
				var module struct{ Dir string }
				require.NoError(t, json.Unmarshal(out, &module))
				dir = filepath.Join(module.Dir, source.folder)
			}
			files, err := filepath.Glob(filepath.Join(dir, source.files))
			require.NoError(t, err)
			require.NotEmpty(t, files, dir)
			var text strings.Builder
			for _, file := range files {
				content, err := os.ReadFile(file)
				require.NoError(t, err)
				text.Write(content)
			}
			for name := range exporters[source.exporter] {
				if strings.HasPrefix(name, "process_") {
					continue // of prometheus_client
				}
				name = strings.TrimSuffix(name, "_bucket")
				require.True(
					t,
					regexp.MustCompile(`\b`+name+`\b`).MatchString(text.String()),
					"%s does not write %s",
					source.exporter,
					name,
				)
			}
		})
	}
}
