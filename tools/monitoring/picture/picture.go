// Package picture draws a dashboard as SVG from the data of a Prometheus that runs, for documentation. It draws what
// the dashboard's file says: the panels of the types timeseries, stat and table, at their positions, with their queries
// and units. It is not Grafana: options that do not change what the data says, such as colors of lines, are its own.
package picture

import (
	"context"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/tools/monitoring/dashboard"
)

// Sizes in pixels.
const (
	width      = 1600
	titleBar   = 50
	cellWidth  = width / dashboard.Columns
	cellHeight = 36
	gap        = 8
	header     = 30
)

// Draw returns the SVG of a dashboard with values of its variables.
func Draw(ctx context.Context, p Prometheus, d dashboard.Dashboard, variables map[string]string, r Range) ([]byte, error) {
	height := 0
	var panels strings.Builder
	for _, panel := range d.Panels {
		area := rect{
			float64(panel.GridPos.X*cellWidth + gap/2), float64(titleBar + panel.GridPos.Y*cellHeight + gap/2),
			float64(panel.GridPos.W*cellWidth - gap), float64(panel.GridPos.H*cellHeight - gap),
		}
		height = max(height, titleBar+(panel.GridPos.Y+panel.GridPos.H)*cellHeight)
		if err := drawPanel(ctx, p, panel, variables, r, area, &panels); err != nil {
			return nil, fmt.Errorf("%s: %w", panel.Title, err)
		}
	}
	subtitle := r.From.UTC().Format("2006-01-02 15:04:05") + " – " + r.To.UTC().Format("15:04:05") + " UTC"
	for _, variable := range d.Templating.List {
		if value, ok := variables[variable.Name]; ok {
			subtitle = variable.Name + " " + value + " · " + subtitle
		}
	}
	return fmt.Appendf(
		nil,
		`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="DejaVu Sans, sans-serif" font-size="12">
<rect width="100%%" height="100%%" fill="#f4f5f5"/>
%s%s%s</svg>
`,
		width,
		height+gap,
		text(gap+4, 32, d.Title, `font-size="20" font-weight="bold" fill="#24292e"`),
		text(width-gap-4, 32, subtitle, `text-anchor="end" fill="#57606a"`),
		panels.String(),
	), nil
}

// rect is an area of the picture.
type rect struct{ x, y, w, h float64 }

// drawPanel draws one panel: its frame, its title and its data.
func drawPanel(
	ctx context.Context, p Prometheus, panel dashboard.Panel, variables map[string]string, r Range, area rect, out *strings.Builder,
) error {
	fmt.Fprintf(
		out,
		`<rect x="%g" y="%g" width="%g" height="%g" rx="3" fill="white" stroke="#d8dee4"/>`+"\n",
		area.x,
		area.y,
		area.w,
		area.h,
	)
	out.WriteString(text(area.x+10, area.y+20, panel.Title, `font-size="13" font-weight="bold" fill="#24292e"`))
	body := rect{area.x + 10, area.y + header, area.w - 20, area.h - header - 8}
	var results []series
	for _, target := range panel.Targets {
		expr := dashboard.Expand(target.Expr, variables)
		query := func() ([]series, error) { return p.query(ctx, expr, r.To) }
		if target.Range {
			query = func() ([]series, error) { return p.queryRange(ctx, expr, r) }
		}
		found, err := query()
		if err != nil {
			return err
		}
		for i := range found {
			found[i].name = legend(target.LegendFormat, found[i].labels)
		}
		slices.SortFunc(found, func(a, b series) int { return strings.Compare(a.sortKey(), b.sortKey()) })
		results = append(results, found...)
	}
	if len(results) == 0 {
		out.WriteString(text(body.x+body.w/2, body.y+body.h/2, "no data", `text-anchor="middle" fill="#8c959f"`))
		return nil
	}
	switch panel.Type {
	case "timeseries":
		drawTimeSeries(panel, results, r, body, out)
	case "stat":
		drawStat(panel, results, body, out)
	case "table":
		drawTable(panel, results, body, out)
	default:
		return fmt.Errorf("unknown type %q: must be timeseries, stat or table", panel.Type)
	}
	return nil
}

// placeholder is a label in the format of a legend.
var placeholder = regexp.MustCompile(`\{\{ *(\w+) *\}\}`)

// legend returns the name of a series: the format with its labels in place of {{label}}. Digests are shortened.
func legend(format string, labels map[string]string) string {
	return placeholder.ReplaceAllStringFunc(format, func(match string) string {
		name := placeholder.FindStringSubmatch(match)[1]
		if name == "sha256" && len(labels[name]) == 64 {
			return labels[name][:12]
		}
		return labels[name]
	})
}

func text(x, y float64, content, attributes string) string {
	return fmt.Sprintf(`<text x="%.1f" y="%.1f" %s>%s</text>`+"\n", x, y, attributes, html.EscapeString(content))
}
