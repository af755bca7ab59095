package monitoring

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/tools/monitoring/dashboard"
)

func readDashboards(t *testing.T) map[string]dashboard.Dashboard {
	t.Helper()
	files, err := filepath.Glob(folder + "/dashboards/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	found := map[string]dashboard.Dashboard{}
	for _, file := range files {
		found[filepath.Base(file)], err = dashboard.Read(file)
		require.NoError(t, err)
	}
	return found
}

// values are those of the dashboards' variables in the tests.
var values = map[string]string{"namespace": "ml-portfolio", "service": "bankchurn"}

// labelValues is the query of a variable's values.
var labelValues = regexp.MustCompile(`^label_values\((.+), (\w+)\)$`)

func TestDashboards_knownSeries(t *testing.T) {
	known := knownLabels(t)
	for file, d := range readDashboards(t) {
		for _, panel := range d.Panels {
			for _, target := range panel.Targets {
				expr := dashboard.Expand(target.Expr, values)
				require.NotRegexp(t, `\$[a-z_]`, expr, "%s: %s: a variable that the dashboard does not have", file, panel.Title)
				requireKnown(t, known, file+": "+panel.Title, expr)
			}
		}
		for _, variable := range d.Templating.List {
			if variable.Type == "datasource" {
				continue
			}
			match := labelValues.FindStringSubmatch(variable.Definition)
			require.NotNil(t, match, "%s: %s: %s", file, variable.Name, variable.Definition)
			names := requireKnown(t, known, file+": "+variable.Name, dashboard.Expand(match[1], values))
			require.Contains(t, known[names[0]], match[2], "%s: %s", file, variable.Name)
		}
	}
}

// A dashboard can be imported as it is: into any Grafana, beside others, without panels on top of each other.
func TestDashboards_wellFormed(t *testing.T) {
	uids := map[string]bool{}
	for file, d := range readDashboards(t) {
		t.Run(file, func(t *testing.T) {
			require.NotEmpty(t, d.Title)
			require.NotZero(t, d.SchemaVersion)
			require.False(t, uids[d.UID], "two dashboards have the uid %s", d.UID)
			uids[d.UID] = true
			ids := map[int]bool{}
			taken := map[[2]int]string{}
			for _, panel := range d.Panels {
				require.NotEmpty(t, panel.Title)
				require.False(t, ids[panel.ID], "two panels have the id %d", panel.ID)
				ids[panel.ID] = true
				require.Contains(t, []string{"timeseries", "stat", "table"}, panel.Type, panel.Title)
				require.NotEmpty(t, panel.FieldConfig.Defaults.Unit, panel.Title)
				require.NotEmpty(t, panel.Targets, panel.Title)
				for _, target := range panel.Targets {
					require.Equal(t, "${datasource}", target.DataSource.UID, panel.Title)
					require.Equal(t, panel.Type == "timeseries", target.Range, panel.Title)
					require.Equal(t, panel.Type != "timeseries", target.Instant, panel.Title)
				}
				pos := panel.GridPos
				require.LessOrEqual(t, pos.X+pos.W, dashboard.Columns, panel.Title)
				for x := pos.X; x < pos.X+pos.W; x++ {
					for y := pos.Y; y < pos.Y+pos.H; y++ {
						require.Empty(t, taken[[2]int{x, y}], "%s covers another panel", panel.Title)
						taken[[2]int{x, y}] = panel.Title
					}
				}
			}
		})
	}
}
