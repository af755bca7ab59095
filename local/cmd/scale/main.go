// Command scale measures what a plan costs as the catalogue grows: the real
// engine's preview of a stack with 3, 30 and 300 services, whole processes. It
// fails when that takes too much, or more than in proportion.
//
// usage: scale [-services 3,30,300] [-runs 3]
package main

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// What a preview of 300 services may take: longer, and nobody waits for it in
// a pull request; more, and it does not fit beside the rest on a small runner.
const (
	maxTime   = time.Minute
	maxMemory = 1 << 30
)

func main() {
	services := flag.String("services", "3,30,300", "`numbers` of services, each ten times the one before")
	runs := flag.Int("runs", 3, "runs of each; the fastest counts")
	flag.Parse()
	if err := run(*services, *runs); err != nil {
		fmt.Fprintf(os.Stderr, "scale: %v\n", err)
		os.Exit(1)
	}
}

func run(services string, runs int) error {
	root, err := paths.FindRoot()
	if err != nil {
		return err
	}
	var numbers []int
	for text := range strings.SplitSeq(services, ",") {
		number, err := strconv.Atoi(text)
		if err != nil || number < 1 {
			return fmt.Errorf("-services %s: %q is no number of services", services, text)
		}
		if len(numbers) > 0 && number <= numbers[len(numbers)-1] {
			return fmt.Errorf("-services %s: each has to be greater than the one before", services)
		}
		numbers = append(numbers, number)
	}
	table := newReport(os.Stdout)
	for _, stack := range paths.Stacks {
		for _, number := range numbers {
			var measurements []measurement
			for range max(1, runs) {
				m, err := measurePreview(root, stack, number)
				if err != nil {
					return fmt.Errorf("%s with %d services: %w", stack, number, err)
				}
				measurements = append(measurements, m)
			}
			table.add(stack, number, fastest(measurements))
		}
	}
	return table.result()
}
