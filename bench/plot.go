package main

import (
	"bytes"
	"fmt"
	"html"
)

// drawSVG draws each tool's time relative to the fetcher's as a bar, so that benchmarks of different lengths fit into
// one picture.
func drawSVG(results []result) []byte {
	const marginLeft, barUnit, rowHeight, maxBar = 330, 60, 22, 10
	var body bytes.Buffer
	y := 10
	for _, r := range results {
		y += rowHeight
		fmt.Fprintf(&body, `<text x="10" y="%d" font-weight="bold">%s</text>`+"\n", y, html.EscapeString(r.name))
		for i, tool := range r.tools {
			y += rowHeight
			relativeTime := 1 / r.ratio(i)
			barLength := min(relativeTime, maxBar) * barUnit
			color := "#9aa5b1"
			if i == 0 {
				color = "#2f6fde"
			}
			fmt.Fprintf(&body,
				`<text x="%d" y="%d" text-anchor="end">%s</text>`+
					`<rect x="%d" y="%d" width="%.0f" height="14" fill="%s"/><text x="%.0f" y="%d">%.2f</text>`+"\n",
				marginLeft-8, y, html.EscapeString(tool.name),
				marginLeft, y-12, barLength, color, marginLeft+barLength+6, y, relativeTime)
		}
		y += rowHeight / 2
	}
	var svg bytes.Buffer
	fmt.Fprintf(&svg,
		`<svg xmlns="http://www.w3.org/2000/svg" width="1000" height="%d" font-family="sans-serif" font-size="13">`+
			`<rect width="100%%" height="100%%" fill="white"/>`+"\n", y+20)
	svg.Write(body.Bytes())
	svg.WriteString("</svg>\n")
	return svg.Bytes()
}
