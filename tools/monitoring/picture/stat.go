package picture

import (
	"fmt"
	"strings"

	"github.com/modelferry/modelferry/tools/monitoring/dashboard"
)

// colors are Grafana's names of colors that the dashboards use.
var colors = map[string]string{"green": "#1a7f37", "orange": "#bc4c00", "red": "#cf222e"}

// drawStat draws the newest value of each result, in the color of its threshold.
func drawStat(panel dashboard.Panel, results []series, area rect, out *strings.Builder) {
	for i, s := range results {
		color := "#24292e"
		for _, step := range panel.FieldConfig.Defaults.Thresholds.Steps {
			if step.Value == nil || s.last() >= *step.Value {
				color = colors[step.Color]
			}
		}
		x := area.x + area.w*(float64(i)+0.5)/float64(len(results))
		out.WriteString(text(x, area.y+area.h/2+12, formatValue(s.last(), panel.FieldConfig),
			fmt.Sprintf(`text-anchor="middle" font-size="34" font-weight="bold" fill=%q`, color)))
	}
}
