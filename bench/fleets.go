package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
)

// newFleets returns the fleets: as many pods as a large rollout starts at once, and fewer with a model of the size at
// which a client needs several requests, because all of them download on one machine.
func newFleets(o objects) []fleet {
	return []fleet{
		{size: 200, perSecond: 50, key: o.small, bytes: smallBytes},
		{size: 40, perSecond: 20, key: o.medium, bytes: mediumBytes},
	}
}

// fleetTools returns the tools that download an object, the fetcher first.
func fleetTools(programs binaries, key string) []fleetTool {
	tools := toolset{programs}
	fetch := func(name, path string, env ...string) fleetTool {
		return fleetTool{name, func(endpoint string) tool { return tools.fetcher(name, path, endpoint, key, env...) }}
	}
	compared := []fleetTool{fetch("fetcher", programs.fetcher)}
	if programs.baseline != "" {
		compared = append(compared, fetch("fetcher, baseline", programs.baseline))
	}
	compared = append(compared, fleetTool{"s5cmd", func(endpoint string) tool { return tools.s5cmd(endpoint, key) }})
	if programs.python != "" {
		compared = append(compared, fleetTool{"boto3", func(endpoint string) tool {
			return tools.boto3("boto3", endpoint, key, waitVariable)
		}})
	}
	return compared
}

// fleetFilter selects fleets by the name of the object, and tools other than the fetcher by theirs.
type fleetFilter struct{ object, tool *regexp.Regexp }

// benchFleets measures the selected fleets with each tool in turn, and prints the results.
func benchFleets(ctx context.Context, programs binaries, o objects, work string, filter fleetFilter, runs int) error {
	servers, err := startServers(ctx, programs, work, o.folder, o.small, o.medium)
	if err != nil {
		return err
	}
	defer servers.stop()
	for _, f := range newFleets(o) {
		if !filter.object.MatchString(f.key) {
			continue
		}
		tools := fleetTools(programs, f.key)
		others := slices.DeleteFunc(tools[1:], func(t fleetTool) bool { return !filter.tool.MatchString(t.name) })
		result := fleetResult{fleet: f, tools: append(tools[:1], others...)}
		result.runs = make([][]fleetRun, len(result.tools))
		for range runs {
			for i, t := range result.tools {
				run, err := f.run(ctx, t, servers.s3, filepath.Join(work, "fleet"))
				if err != nil {
					return fmt.Errorf("%s: %w", t.name, err)
				}
				if i == 0 && run.gaveUp > 0 {
					return fmt.Errorf("%s: %d of %d gave up: %s", t.name, run.gaveUp, f.size, run.failure)
				}
				result.runs[i] = append(result.runs[i], run)
			}
		}
		result.print(os.Stdout)
	}
	return nil
}
