package main

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// table prints the figures as they come, and keeps them for the verdict.
type table struct {
	out  io.Writer
	rows map[string][]row // by stack
	over error
}

type row struct {
	services int
	cost     cost
}

func newTable(out io.Writer) *table {
	fmt.Fprintf(out, "| stack | services | resources | time | a further service | x a line's | program's memory | x a line's |\n|---|---|---|---|---|---|---|---|\n")
	return &table{out: out, rows: map[string][]row{}}
}

// add prints one line. A further service costs what it took more than the
// line before, by the services that it has more: where the cost is linear, it
// stays the same, and the third line of a stack is where the two before lead.
func (t *table) add(stack string, services int, c cost) {
	t.rows[stack] = append(t.rows[stack], row{services, c})
	rows := t.rows[stack]
	var further, seconds, memory string
	if len(rows) > 1 {
		further = fmt.Sprintf("%d ms", rows[len(rows)-2].further(rows[len(rows)-1]).Milliseconds())
	}
	if len(rows) > 2 {
		last := [3]row(rows[len(rows)-3:])
		seconds = t.straight(stack, last, "time", func(c cost) float64 { return c.time.Seconds() })
		memory = t.straight(stack, last, "memory", func(c cost) float64 { return float64(c.program) })
	}
	fmt.Fprintf(t.out, "| %s | %d | %d | %.1f s | %s | %s | %d MiB | %s |\n",
		stack, services, c.resources, c.time.Seconds(), further, seconds, c.program>>20, memory)
	if c.time > maxTime || c.program > maxMemory {
		t.fail("%s with %d services took %.1f s and %d MiB: at most %.0f s and %d MiB",
			stack, services, c.time.Seconds(), c.program>>20, maxTime.Seconds(), maxMemory>>20)
	}
}

// further is what one more service takes, between this row and a longer one.
func (r row) further(next row) time.Duration {
	return (next.cost.time - r.cost.time) / time.Duration(next.services-r.services)
}

// straight tells how far the last of three rows is off the line through the
// others, in something that they cost.
func (t *table) straight(stack string, rows [3]row, what string, of func(cost) float64) string {
	var points [3]point
	for k, r := range rows {
		points[k] = point{float64(r.services), of(r.cost)}
	}
	got := bend(points[0], points[1], points[2])
	if got > maxBend {
		t.fail("%s with %d services: its %s is %.1f times that of a straight line through %d and %d services: at most %d times; "+
			"look for what does work for each service that grows with their number",
			stack, rows[2].services, what, got, rows[0].services, rows[1].services, maxBend)
	}
	return fmt.Sprintf("%.1f", got)
}

func (t *table) fail(format string, args ...any) {
	t.over = errors.Join(t.over, fmt.Errorf(format, args...))
}

// verdict is the error of every figure that is over its bound.
func (t *table) verdict() error { return t.over }
