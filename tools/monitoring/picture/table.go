package picture

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/tools/monitoring/dashboard"
)

const (
	rowHeight = 22
	// characterWidth is about that of a character of the text.
	characterWidth = 7.2
)

// valueColumn is Grafana's name of the column with the value.
const valueColumn = "Value"

// drawTable draws a row for each result, and says how many have no room.
func drawTable(panel dashboard.Panel, results []series, area rect, out *strings.Builder) {
	names := columns(panel, results)
	rename := map[string]string{}
	for _, transform := range panel.Transforms {
		maps.Copy(rename, transform.Options.Rename)
	}
	rows := [][]string{make([]string, len(names))}
	for i, name := range names {
		rows[0][i] = name
		if renamed, ok := rename[name]; ok {
			rows[0][i] = renamed
		}
	}
	room := int(area.h/rowHeight) - 1
	for k, s := range results {
		if k == room-1 && len(results) > room {
			rows = append(rows, []string{fmt.Sprintf("… and %d more", len(results)-k)})
			break
		}
		row := make([]string, len(names))
		for i, name := range names {
			row[i] = s.labels[name]
			if name == valueColumn {
				row[i] = formatValue(s.last(), panel.FieldConfig)
			}
		}
		rows = append(rows, row)
	}
	widths := columnWidths(rows, len(names), area.w)
	for k, row := range rows {
		attributes := `fill="#24292e"`
		if k == 0 {
			attributes = `fill="#57606a" font-weight="bold"`
		}
		x := area.x
		for i, cell := range row {
			if limit := int(widths[i]/characterWidth) - 2; len(row) > 1 && len([]rune(cell)) > limit {
				cell = string([]rune(cell)[:max(limit-1, 1)]) + "…"
			}
			out.WriteString(text(x, area.y+14+float64(k*rowHeight), cell, attributes))
			x += widths[i]
		}
	}
}

// columns returns the names of the columns in their order: the labels and the value, without those that the panel
// hides.
func columns(panel dashboard.Panel, results []series) []string {
	present := map[string]bool{valueColumn: true}
	for _, s := range results {
		for name := range s.labels {
			present[name] = true
		}
	}
	index := map[string]int{}
	for _, transform := range panel.Transforms {
		for name, excluded := range transform.Options.Exclude {
			if excluded {
				delete(present, name)
			}
		}
		maps.Copy(index, transform.Options.Index)
	}
	names := slices.Sorted(maps.Keys(present))
	position := func(name string) int {
		if i, ok := index[name]; ok {
			return i
		}
		return len(index) // behind those with a position
	}
	slices.SortStableFunc(names, func(a, b string) int { return position(a) - position(b) })
	return names
}

// columnWidths shares the width among the columns by the length of their longest cell, which counts for at most half.
func columnWidths(rows [][]string, count int, width float64) []float64 {
	lengths := make([]float64, count)
	total := 0.0
	for i := range lengths {
		for _, row := range rows {
			if len(row) == count {
				lengths[i] = max(lengths[i], float64(len([]rune(row[i])))+2)
			}
		}
		lengths[i] = min(lengths[i], width/characterWidth/2)
		total += lengths[i]
	}
	for i := range lengths {
		lengths[i] *= width / total
	}
	return lengths
}
