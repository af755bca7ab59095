// Command scale measures time and memory of `ferry preview`, with the real engine, for stacks with 3, 30 and 300
// services. It fails if they are above a limit or grow faster than the number of services.
//
// Usage: scale [-services 3,30,300] [-runs 3]
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

// Limits of a preview with 300 services: people wait for it in pull requests, on small CI runners.
const (
	maxTime   = time.Minute
	maxMemory = 1 << 30
)

func main() {
	services := flag.String("services", "3,30,300", "`numbers` of services, in ascending order")
	runs := flag.Int("runs", 3, "runs for each number of services, of which the fastest counts")
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
			return fmt.Errorf("-services %s: invalid number %q: must be 1 or higher", services, text)
		}
		if len(numbers) > 0 && number <= numbers[len(numbers)-1] {
			return fmt.Errorf("-services %s: must be in ascending order", services)
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
