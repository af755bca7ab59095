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
	last map[string]row
	over error
}

type row struct {
	services int
	cost     cost
}

func newTable(out io.Writer) *table {
	fmt.Fprintf(out, "| stack | services | resources | time | x the one before | a further service | program's memory |\n|---|---|---|---|---|---|---|\n")
	return &table{out: out, last: map[string]row{}}
}

// add prints one line. A further service costs what it took more than the
// line before, by the services that it has more: where the cost is linear, it
// stays the same.
func (t *table) add(stack string, services int, c cost) {
	ratio, further := "", ""
	if before, ok := t.last[stack]; ok && services > before.services {
		ratio = fmt.Sprintf("%.1f", c.time.Seconds()/before.cost.time.Seconds())
		more := (c.time - before.cost.time) / time.Duration(services-before.services)
		further = fmt.Sprintf("%d ms", more.Milliseconds())
	}
	fmt.Fprintf(t.out, "| %s | %d | %d | %.1f s | %s | %s | %d MiB |\n", stack, services, c.resources, c.time.Seconds(), ratio, further, c.program>>20)
	t.last[stack] = row{services, c}
	if c.time > maxTime || c.program > maxMemory {
		t.over = errors.Join(t.over, fmt.Errorf("%s with %d services took %.1f s and %d MiB: at most %.0f s and %d MiB",
			stack, services, c.time.Seconds(), c.program>>20, maxTime.Seconds(), maxMemory>>20))
	}
}

// verdict is the error of every figure that is over its bound.
func (t *table) verdict() error { return t.over }
