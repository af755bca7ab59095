// Command bench compares the fetcher with s5cmd and boto3, each as a process against the same local servers, in turn,
// and prints medians and ratios. On a busy machine only the ratios are meaningful.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
)

func main() {
	runs := flag.Int("runs", 5, "number of runs of each tool")
	only := flag.String("case", "", "run only the benchmarks that match this regular expression")
	plot := flag.String("plot", "", "write the ratios as SVG to this file")
	cache := flag.String("cache", "../.local/bench", "folder of the binaries and objects")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	var err error
	switch {
	case flag.Arg(0) == "unpack" && flag.NArg() == 3: // a measured tool
		err = unpack(ctx, flag.Arg(1), flag.Arg(2))
	case flag.Arg(0) == "link" && flag.NArg() == 2: // the slow network
		err = link(flag.Arg(1))
	default:
		err = bench(ctx, *runs, *only, *plot, *cache)
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}

func bench(ctx context.Context, runs int, only, plot, cache string) error {
	pattern, err := regexp.Compile(only)
	if err != nil {
		return fmt.Errorf("-case: %w", err)
	}
	cache, err = filepath.Abs(cache)
	if err != nil {
		return err
	}
	programs, err := build(ctx, cache)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp(cache, "run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work) //nolint:errcheck // a folder that remains is inside .local
	objects, err := makeObjects(cache)
	if err != nil {
		return err
	}
	servers, err := startServers(ctx, programs, work, objects)
	if err != nil {
		return err
	}
	defer servers.stop()
	var results []result
	for _, benchmark := range newBenchmarks(programs, servers, objects) {
		if !pattern.MatchString(benchmark.name) {
			continue
		}
		result, err := benchmark.measure(ctx, runs, filepath.Join(work, "out"))
		if err != nil {
			return fmt.Errorf("%s: %w", benchmark.name, err)
		}
		result.print(os.Stdout)
		results = append(results, result)
	}
	if plot == "" {
		return nil
	}
	return os.WriteFile(plot, drawSVG(results), 0o644)
}
