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
	// Due are those that the rate asks for until now, or until the run was stopped. At the end of a run, Requests are
	// fewer if MaxInFlight were under way all the time: the service was slower than the rate.
	Due int `json:"due"`
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
		until := l.ended
		if until.IsZero() {
			until = time.Now()
		}
		r.Due = 1 + int(until.Sub(l.started).Seconds()*l.options.Rate) // the first one at once
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

// String returns the numbers, without the answers: the requests, and those that were due.
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
	return fmt.Sprintf("%d requests of %d in %.1f s, %s; p50 %.1f ms, p90 %.1f ms, p99 %.1f ms, max %.1f ms",
		r.Requests, r.Due, r.Seconds, failures, r.Latency.P50, r.Latency.P90, r.Latency.P99, r.Latency.Max)
}
