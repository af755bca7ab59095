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
	fleets := flag.Bool("fleet", false, "start many clients at once against a store that throttles them, in place of the benchmarks")
	tools := flag.String("tools", "", "of the tools of -fleet after the fetcher, run only those that match this regular expression")
	baseline := flag.String("baseline", "", "measure this build of the fetcher, too")
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
		err = bench(ctx, settings{*runs, *only, *plot, *cache, *baseline, *tools, *fleets})
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "bench:", err)
	os.Exit(1)
}

// settings are the values of the flags.
type settings struct {
	runs                               int
	only, plot, cache, baseline, tools string
	fleet                              bool
}

func bench(ctx context.Context, s settings) error {
	pattern, err := regexp.Compile(s.only)
	if err != nil {
		return fmt.Errorf("-case: %w", err)
	}
	cache, err := filepath.Abs(s.cache)
	if err != nil {
		return err
	}
	programs, err := build(ctx, cache)
	if err != nil {
		return err
	}
	if programs.baseline = s.baseline; s.baseline != "" {
		if programs.baseline, err = filepath.Abs(s.baseline); err != nil {
			return err
		}
	}
	work, err := os.MkdirTemp(cache, "run-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work) //nolint:errcheck // a folder that remains is inside .local
	objects, err := makeObjects(cache, s.fleet)
	if err != nil {
		return err
	}
	if s.fleet {
		tools, err := regexp.Compile(s.tools)
		if err != nil {
			return fmt.Errorf("-tools: %w", err)
		}
		return benchFleets(ctx, programs, objects, work, fleetFilter{pattern, tools}, s.runs)
	}
	requiredSignature, err := signSmall(objects)
	if err != nil {
		return err
	}
	servers, err := startServers(ctx, programs, work, objects.folder, objects.small, objects.signature, objects.large,
		objects.archive, objects.zstd)
	if err != nil {
		return err
	}
	defer servers.stop()
	var results []result
	for _, benchmark := range newBenchmarks(programs, servers, objects, requiredSignature) {
		if !pattern.MatchString(benchmark.name) {
			continue
		}
		result, err := benchmark.measure(ctx, s.runs, filepath.Join(work, "out"))
		if err != nil {
			return fmt.Errorf("%s: %w", benchmark.name, err)
		}
		result.print(os.Stdout)
		results = append(results, result)
	}
	if s.plot == "" {
		return nil
	}
	return os.WriteFile(s.plot, drawSVG(results), 0o644)
}
