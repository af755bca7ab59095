package picture

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/modelferry/modelferry/tools/monitoring/dashboard"
)

// palette are the colors of the lines, in turn.
var palette = []string{
	"#1f6feb", "#e16f24", "#2da44e", "#a475f9", "#d4a72c", "#cf222e", "#1b7c83", "#6e7781", "#bf3989", "#57606a", "#0550ae", "#953800",
}

const (
	axisWidth    = 70
	axisHeight   = 18
	legendHeight = 18
	swatch       = 12
)

// plot is the area of the lines, and what its corners stand for.
type plot struct {
	area      rect
	r         Range
	low, high float64
}

func (p plot) x(seconds float64) float64 {
	from := float64(p.r.From.UnixMilli()) / 1000
	return p.area.x + p.area.w*(seconds-from)/p.r.To.Sub(p.r.From).Seconds()
}

func (p plot) y(value float64) float64 {
	return p.area.y + p.area.h*(1-(value-p.low)/(p.high-p.low))
}

// drawTimeSeries draws the results as lines, or stacked as areas.
func drawTimeSeries(panel dashboard.Panel, results []series, r Range, area rect, out *strings.Builder) {
	stacked := panel.FieldConfig.Defaults.Custom.Stacking.Mode == "normal"
	legendRows := layOutLegend(results, area, out)
	p := plot{rect{area.x + axisWidth, area.y, area.w - axisWidth, area.h - axisHeight - legendHeight*float64(legendRows)}, r, 0, 0}
	below := map[float64]float64{}
	lines := make([][]point, len(results))
	bases := make([][]point, len(results))
	p.low, p.high = math.Inf(1), math.Inf(-1)
	for i, s := range results {
		for _, sample := range s.points {
			if math.IsNaN(sample.value) || math.IsInf(sample.value, 0) {
				continue
			}
			base := 0.0
			if stacked {
				base = below[sample.time]
				below[sample.time] += sample.value
			}
			lines[i] = append(lines[i], point{sample.time, base + sample.value})
			bases[i] = append(bases[i], point{sample.time, base})
			p.low, p.high = min(p.low, base+sample.value), max(p.high, base+sample.value)
		}
	}
	p.bound(panel.FieldConfig)
	p.drawAxes(panel.FieldConfig, out)
	for i, line := range lines {
		for _, part := range split(line, bases[i], r.Step) {
			color := palette[i%len(palette)]
			if stacked {
				fmt.Fprintf(out, `<path d="%sL%sZ" fill="%s" fill-opacity="0.4"/>`+"\n",
					p.path(part.line), strings.TrimPrefix(p.path(reversed(part.base)), "M"), color)
			}
			fmt.Fprintf(out, `<path d="%s" fill="none" stroke="%s" stroke-width="1.5"/>`+"\n", p.path(part.line), color)
		}
	}
}

// bound chooses the values of the lower and the upper end.
func (p *plot) bound(field dashboard.FieldConfig) {
	if math.IsInf(p.low, 0) { // no value
		p.low, p.high = 0, 1
	}
	if least := field.Defaults.Min; least != nil {
		p.low = min(p.low, *least)
	}
	if p.high <= p.low {
		p.high = p.low + 1
	}
	p.high += (p.high - p.low) * 0.05
}

// drawAxes draws the lines and values of both axes.
func (p plot) drawAxes(field dashboard.FieldConfig, out *strings.Builder) {
	factor := unitOf(p.high, field).factor // round in the unit that is written: 100 MiB and not 95.4
	for _, value := range ticks(p.low/factor, p.high/factor, 4) {
		value *= factor
		if field.Defaults.Decimals != nil && *field.Defaults.Decimals == 0 && value != math.Trunc(value) {
			continue // half a pod
		}
		y := p.y(value)
		fmt.Fprintf(out, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#eaeef2"/>`+"\n", p.area.x, y, p.area.x+p.area.w, y)
		out.WriteString(text(p.area.x-6, y+4, formatValue(value, field), `text-anchor="end" font-size="11" fill="#57606a"`))
	}
	layout := "15:04"
	if p.r.To.Sub(p.r.From) < 10*time.Minute {
		layout = time.TimeOnly
	}
	for _, t := range timeTicks(p.r, int(p.area.w/80)) {
		x := p.x(float64(t.Unix()))
		fmt.Fprintf(out, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="#eaeef2"/>`+"\n", x, p.area.y, x, p.area.y+p.area.h)
		out.WriteString(text(x, p.area.y+p.area.h+14, t.UTC().Format(layout), `text-anchor="middle" font-size="11" fill="#57606a"`))
	}
}

// part is a line without a gap, and the line below it.
type part struct{ line, base []point }

// split separates a line where samples are missing: a gap is no value.
func split(line, base []point, step time.Duration) []part {
	var parts []part
	for i := range line {
		if i == 0 || line[i].time-line[i-1].time > 1.5*step.Seconds() {
			parts = append(parts, part{})
		}
		current := &parts[len(parts)-1]
		current.line, current.base = append(current.line, line[i]), append(current.base, base[i])
	}
	for i := range parts {
		if len(parts[i].line) == 1 { // a path needs two points: half a step to the right
			next := func(p point) point { return point{p.time + step.Seconds()/2, p.value} }
			parts[i].line, parts[i].base = append(parts[i].line, next(parts[i].line[0])), append(parts[i].base, next(parts[i].base[0]))
		}
	}
	return parts
}

func reversed(points []point) []point {
	turned := make([]point, len(points))
	for i, p := range points {
		turned[len(points)-1-i] = p
	}
	return turned
}

// path returns a line as the data of an SVG path.
func (p plot) path(points []point) string {
	var path strings.Builder
	for i, point := range points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&path, "%s%.1f %.1f", command, p.x(point.time), p.y(point.value))
	}
	return path.String()
}

// layOutLegend draws the names of the results below the plot, and returns the number of rows that they take.
func layOutLegend(results []series, area rect, out *strings.Builder) int {
	type entry struct {
		row   int
		x     float64
		index int
	}
	const maxRows = 3
	var entries []entry
	row, x := 0, 0.0
	for i, s := range results {
		length := float64(len([]rune(s.name)))*characterWidth + 2*swatch + 10
		if x > 0 && x+length > area.w {
			row, x = row+1, 0
		}
		if row == maxRows {
			entries[len(entries)-1].index = -1 // "…" in place of the last one
			row--
			break
		}
		entries = append(entries, entry{row, x, i})
		x += length
	}
	for _, e := range entries {
		left, y := area.x+e.x, area.y+area.h-legendHeight*float64(row-e.row)-4
		if e.index < 0 {
			out.WriteString(text(left, y, "…", `fill="#57606a"`))
			continue
		}
		fmt.Fprintf(out, `<rect x="%.1f" y="%.1f" width="%d" height="4" fill="%s"/>`+"\n", left, y-6, swatch, palette[e.index%len(palette)])
		out.WriteString(text(left+swatch+5, y, results[e.index].name, `font-size="11" fill="#24292e"`))
	}
	return row + 1
}
