package main

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// report prints measurements as a Markdown table and collects the limits that they exceed.
type report struct {
	out  io.Writer
	rows map[string][]row // by stack
	err  error
}

type row struct {
	services    int
	measurement measurement
}

func newReport(out io.Writer) *report {
	fmt.Fprintln(out, "| stack | services | resources | time | time per added service | growth ratio | program memory | nonlinearity |")
	fmt.Fprintln(out, "|---|---|---|---|---|---|---|---|")
	return &report{out: out, rows: map[string][]row{}}
}

// add prints a row. Rows of a stack must be in the order of their services. The time per added service is relative to
// the previous row of the stack. The growth ratio, of the time, and the nonlinearity, of the memory, need two and three
// rows.
func (r *report) add(stack string, services int, m measurement) {
	r.rows[stack] = append(r.rows[stack], row{services, m})
	rows := r.rows[stack]
	var perService, seconds, memory string
	if len(rows) > 1 {
		perService = fmt.Sprintf("%d ms", rows[len(rows)-2].timePerService(rows[len(rows)-1]).Milliseconds())
	}
	if len(rows) > 2 {
		last := [3]row(rows[len(rows)-3:])
		seconds, memory = r.compare(stack, last)
	}
	fmt.Fprintf(r.out, "| %s | %d | %d | %.1f s | %s | %s | %d MiB | %s |\n",
		stack, services, m.resources, m.duration.Seconds(), perService, seconds, m.peakRSS>>20, memory)
	if m.duration > maxTime || m.peakRSS > maxMemory {
		r.fail("%s with %d services: %.1f s and %d MiB, must be at most %.0f s and %d MiB",
			stack, services, m.duration.Seconds(), m.peakRSS>>20, maxTime.Seconds(), maxMemory>>20)
	}
}

// timePerService returns the additional time for each service that next has more than r.
func (r row) timePerService(next row) time.Duration {
	return (next.measurement.duration - r.measurement.duration) / time.Duration(next.services-r.services)
}

// compare returns the growth ratio of the time and the nonlinearity of the memory of the last of three rows.
func (r *report) compare(stack string, rows [3]row) (seconds, memory string) {
	pointAt := func(i int, value func(measurement) float64) point {
		return point{float64(rows[i].services), value(rows[i].measurement)}
	}
	inTime := func(m measurement) float64 { return m.duration.Seconds() }
	inMemory := func(m measurement) float64 { return float64(m.peakRSS) }
	const hint = "look for work per service that depends on the number of services"
	growth := growthRatio(pointAt(1, inTime), pointAt(2, inTime))
	if growth > maxGrowthRatio {
		r.fail("%s: from %d to %d services the time grows %.1f times as fast as the services, must be at most %d times: %s",
			stack, rows[1].services, rows[2].services, growth, maxGrowthRatio, hint)
	}
	nonlinear := nonlinearity(pointAt(0, inMemory), pointAt(1, inMemory), pointAt(2, inMemory))
	if nonlinear > maxNonlinearity {
		r.fail("%s with %d services: the memory is %.1f times that of a line through %d and %d services, must be at most %d times: %s",
			stack, rows[2].services, nonlinear, rows[0].services, rows[1].services, maxNonlinearity, hint)
	}
	return fmt.Sprintf("%.1f", growth), fmt.Sprintf("%.1f", nonlinear)
}

func (r *report) fail(format string, args ...any) {
	r.err = errors.Join(r.err, fmt.Errorf(format, args...))
}

// result returns an error for each limit that is exceeded.
func (r *report) result() error { return r.err }
