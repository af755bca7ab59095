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
	fmt.Fprintf(out, "| stack | services | resources | time | a further service | growth, x the services' | program's memory | x a line's |\n|---|---|---|---|---|---|---|---|\n")
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
		seconds, memory = t.judge(stack, last)
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

// judge compares the time of a row with that of the one before, and the memory
// with the line through the two before.
func (t *table) judge(stack string, rows [3]row) (seconds, memory string) {
	at := func(k int, of func(cost) float64) point { return point{float64(rows[k].services), of(rows[k].cost)} }
	inTime, inMemory := func(c cost) float64 { return c.time.Seconds() }, func(c cost) float64 { return float64(c.program) }
	const hint = "look for what does work for each service that grows with their number"
	grown := growth(at(1, inTime), at(2, inTime))
	if grown > maxGrowth {
		t.fail("%s: from %d to %d services the time grows %.1f times as fast as the services: %s", stack, rows[1].services, rows[2].services, grown, hint)
	}
	bent := bend(at(0, inMemory), at(1, inMemory), at(2, inMemory))
	if bent > maxBend {
		t.fail("%s with %d services: its memory is %.1f times that of a straight line through %d and %d services: at most %d times; %s",
			stack, rows[2].services, bent, rows[0].services, rows[1].services, maxBend, hint)
	}
	return fmt.Sprintf("%.1f", grown), fmt.Sprintf("%.1f", bent)
}

func (t *table) fail(format string, args ...any) {
	t.over = errors.Join(t.over, fmt.Errorf(format, args...))
}

// verdict is the error of every figure that is over its bound.
func (t *table) verdict() error { return t.over }
