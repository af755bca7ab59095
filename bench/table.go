package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// result is a benchmark with its samples by tool.
type result struct {
	benchmark
	samples [][]sample
}

func median[T int64 | time.Duration](samples []sample, value func(sample) T) T {
	values := make([]T, len(samples))
	for i, s := range samples {
		values[i] = value(s)
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func (r result) wall(i int) time.Duration {
	return median(r.samples[i], func(s sample) time.Duration { return s.wall })
}

// ratio returns the ratio of the fetcher's time to that of another tool.
func (r result) ratio(i int) float64 { return float64(r.wall(0)) / float64(r.wall(i)) }

// print writes the medians and the fetcher's ratio to each other tool.
func (r result) print(w io.Writer) {
	fmt.Fprintf(w, "\n%s\n", r.name)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "\ttime s\tMB/s\tCPU s\tmemory MiB\tfetcher/tool\tmaximum\t")
	for i, tool := range r.tools {
		wall := r.wall(i)
		cpu := median(r.samples[i], func(s sample) time.Duration { return s.cpu })
		memory := median(r.samples[i], func(s sample) int64 { return s.memory })
		ratio, limit := "", ""
		if i > 0 {
			ratio = fmt.Sprintf("%.2f x", r.ratio(i))
		}
		if maximum, set := r.thresholds[tool.name]; set {
			limit = fmt.Sprintf("%.3g x", maximum)
		}
		fmt.Fprintf(table, "%s\t%.3f\t%.0f\t%.3f\t%d\t%s\t%s\t\n", tool.name, wall.Seconds(),
			float64(r.bytes)/1e6/wall.Seconds(), cpu.Seconds(), memory>>20, ratio, limit)
	}
	_ = table.Flush() // an error of the caller's writer cannot be reported
}
