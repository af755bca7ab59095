package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// fleetResult holds the runs of each tool.
type fleetResult struct {
	fleet
	tools []fleetTool
	runs  [][]fleetRun
}

// medianOf returns the median of a value over the runs of a tool.
func (r fleetResult) medianOf(tool int, value func(fleetRun) float64) float64 {
	values := make([]float64, len(r.runs[tool]))
	for i, run := range r.runs[tool] {
		values[i] = value(run)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

// at returns the seconds until a share of the clients that got the object had it.
func at(share float64) func(fleetRun) float64 {
	return func(r fleetRun) float64 {
		if len(r.done) == 0 {
			return 0
		}
		return r.done[int(share*float64(len(r.done)-1))].Seconds()
	}
}

// print writes the medians of the runs, the sum of those that gave up, and the fetcher's time relative to each tool's.
func (r fleetResult) print(w io.Writer) {
	fmt.Fprintf(w, "\n%d clients, %.1f MB, %d requests a second\n", r.size, float64(r.bytes)/1e6, r.perSecond)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\tfirst s\tmedian s\tlast s\tfetcher/tool\trequests/object\trequests/MB\tthrottled %\tgave up\t")
	for i, tool := range r.tools {
		requests := r.medianOf(i, func(run fleetRun) float64 { return float64(run.requests.total) / float64(r.size) })
		throttled := r.medianOf(i, func(run fleetRun) float64 {
			return 100 * float64(run.requests.throttled) / float64(max(run.requests.total, 1))
		})
		gaveUp, failure := 0, ""
		for _, run := range r.runs[i] {
			if gaveUp += run.gaveUp; run.failure != "" {
				failure = run.failure
			}
		}
		ratio := ""
		if i > 0 {
			ratio = fmt.Sprintf("%.2f x", r.medianOf(0, at(1))/max(r.medianOf(i, at(1)), time.Millisecond.Seconds()))
		}
		fmt.Fprintf(table, "%s\t%.2f\t%.2f\t%.2f\t%s\t%.1f\t%.2f\t%.0f\t%d of %d\t\n", tool.name, r.medianOf(i, at(0)),
			r.medianOf(i, at(0.5)), r.medianOf(i, at(1)), ratio, requests, requests/(float64(r.bytes)/1e6), throttled,
			gaveUp, r.size*len(r.runs[i]))
		if failure != "" {
			defer fmt.Fprintf(w, "%s gave up: %s\n", tool.name, failure[max(0, len(failure)-300):])
		}
	}
	_ = table.Flush() // an error of the caller's writer cannot be reported
}
