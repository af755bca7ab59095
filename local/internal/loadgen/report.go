package loadgen

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// Report is the result of a load until now.
type Report struct {
	// Requests are those that have ended.
	Requests int `json:"requests"`
	// Seconds are those since the start of the run.
	Seconds float64 `json:"seconds"`
	// Failures counts requests without an answer of status 200, by kind.
	Failures map[string]Tally `json:"failures"`
	// Answers counts the answers of status 200, by their body.
	Answers map[string]Tally `json:"answers"`
	// Latency is that of all requests, also of failed ones.
	Latency Latency `json:"latency"`
}

// Tally counts requests that ended alike.
type Tally struct {
	Count int `json:"count"`
	// First and Last are when the first and the last of them had ended.
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// Latency has percentiles in milliseconds.
type Latency struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Report returns what was counted until now.
func (l *Load) Report() Report {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := Report{
		Requests: len(l.latencies), Failures: maps.Clone(l.failures), Answers: maps.Clone(l.answers), Latency: latencyOf(l.latencies),
	}
	if !l.started.IsZero() {
		r.Seconds = time.Since(l.started).Seconds()
	}
	return r
}

func latencyOf(latencies []time.Duration) Latency {
	sorted := slices.Sorted(slices.Values(latencies))
	return Latency{P50: percentile(sorted, 50), P90: percentile(sorted, 90), P99: percentile(sorted, 99), Max: percentile(sorted, 100)}
}

// percentile returns the smallest of the sorted latencies that at least p percent do not exceed, in milliseconds; 0
// without any.
func percentile(sorted []time.Duration, p float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[rank-1].Seconds() * 1000
}

// String returns the numbers, without the answers.
func (r Report) String() string {
	failures := "none failed"
	if len(r.Failures) > 0 {
		var kinds []string
		for _, kind := range slices.Sorted(maps.Keys(r.Failures)) {
			tally := r.Failures[kind]
			kinds = append(kinds, fmt.Sprintf("%s: %d from %s to %s",
				kind, tally.Count, tally.First.Format(time.TimeOnly), tally.Last.Format(time.TimeOnly)))
		}
		failures = "failed: " + strings.Join(kinds, ", ")
	}
	return fmt.Sprintf("%d requests in %.1f s, %s; p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms",
		r.Requests, r.Seconds, failures, r.Latency.P50, r.Latency.P90, r.Latency.P99, r.Latency.Max)
}
