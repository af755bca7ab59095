package monitoring

import (
	"os"
	"slices"
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
