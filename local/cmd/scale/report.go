package main

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// report prints the figures as they come, and keeps them for the verdict.
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
	fmt.Fprintf(out, "| stack | services | resources | time | a further service | growth, x the services' | program's memory | x a line's |\n|---|---|---|---|---|---|---|---|\n")
	return &report{out: out, rows: map[string][]row{}}
}

// add prints one line. A further service costs what it took more than the
// line before, by the services that it has more: where the cost is linear, it
// stays the same, and the third line of a stack is where the two before lead.
func (t *report) add(stack string, services int, m measurement) {
	t.rows[stack] = append(t.rows[stack], row{services, m})
	rows := t.rows[stack]
	var perService, seconds, memory string
	if len(rows) > 1 {
		perService = fmt.Sprintf("%d ms", rows[len(rows)-2].timePerService(rows[len(rows)-1]).Milliseconds())
	}
	if len(rows) > 2 {
		last := [3]row(rows[len(rows)-3:])
		seconds, memory = t.compare(stack, last)
	}
	fmt.Fprintf(t.out, "| %s | %d | %d | %.1f s | %s | %s | %d MiB | %s |\n",
		stack, services, m.resources, m.duration.Seconds(), perService, seconds, m.peakRSS>>20, memory)
	if m.duration > maxTime || m.peakRSS > maxMemory {
		t.fail("%s with %d services took %.1f s and %d MiB: at most %.0f s and %d MiB",
			stack, services, m.duration.Seconds(), m.peakRSS>>20, maxTime.Seconds(), maxMemory>>20)
	}
}

// timePerService is what one more service takes, between this row and a longer one.
func (r row) timePerService(next row) time.Duration {
	return (next.measurement.duration - r.measurement.duration) / time.Duration(next.services-r.services)
}

// compare compares the time of a row with that of the one before, and the memory
// with the line through the two before.
func (t *report) compare(stack string, rows [3]row) (seconds, memory string) {
	pointAt := func(i int, value func(measurement) float64) point {
		return point{float64(rows[i].services), value(rows[i].measurement)}
	}
	inTime, inMemory := func(c measurement) float64 { return c.duration.Seconds() }, func(c measurement) float64 { return float64(c.peakRSS) }
	const hint = "look for what does work for each service that grows with their number"
	growth := growthRatio(pointAt(1, inTime), pointAt(2, inTime))
	if growth > maxGrowthRatio {
		t.fail("%s: from %d to %d services the time grows %.1f times as fast as the services: %s", stack, rows[1].services, rows[2].services, growth, hint)
	}
	nonlinear := nonlinearity(pointAt(0, inMemory), pointAt(1, inMemory), pointAt(2, inMemory))
	if nonlinear > maxNonlinearity {
		t.fail("%s with %d services: its memory is %.1f times that of a straight line through %d and %d services: at most %d times; %s",
			stack, rows[2].services, nonlinear, rows[0].services, rows[1].services, maxNonlinearity, hint)
	}
	return fmt.Sprintf("%.1f", growth), fmt.Sprintf("%.1f", nonlinear)
}

func (t *report) fail(format string, args ...any) {
	t.err = errors.Join(t.err, fmt.Errorf(format, args...))
}

// result is the error of every figure that is over its bound.
func (t *report) result() error { return t.err }
