package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/modelferry/modelferry/fetcher/request"
)

// benchmark is one piece of work, measured for several tools.
type benchmark struct {
	name  string
	tools []tool
	// thresholds are the maximum ratios of the fetcher's time to that of other tools, by name.
	thresholds map[string]float64
	// bytes is the size of the download.
	bytes int64
}

// sample is one run of one tool.
type sample struct {
	wall, cpu time.Duration
	// memory is the peak resident set in bytes.
	memory int64
}

func newBenchmarks(programs binaries, s *servers, o objects, requiredSignature string) []benchmark {
	tools := toolset{programs}
	fetch := func(name, endpoint, key string, extraEnv ...string) tool {
		return tools.fetcher(name, programs.fetcher, endpoint, key, extraEnv...)
	}
	gcs := func(key string) tool {
		return tool{name: "fetcher, GCS", args: []string{programs.fetcher}, env: []string{
			"STORAGE_EMULATOR_HOST=" + s.gcs, "GCS_BUCKET=" + bucket, "GCS_MODEL_PATH=" + key,
			"LOCAL_MODEL_PATH=" + targetPlaceholder + "/" + key,
		}}
	}
	s5cmd := tools.s5cmd
	boto3 := func(name, key string) []tool {
		if programs.python == "" {
			return nil
		}
		return []tool{tools.boto3(name, s.s3, key)}
	}
	unpack := func(name string) tool {
		return tool{name: "local file", args: []string{programs.self, "unpack", filepath.Join(o.folder, name), targetPlaceholder}}
	}
	// The maximum throughput of the slow link with the fetcher's default number of connections.
	lineRate := tool{name: "line rate", fixedTime: largeBytes * time.Second / (request.DefaultParallel * bytesPerSecond)}
	pinned := func(key string) string { return "MODEL_SHA256=" + digest(filepath.Join(o.folder, key)) }
	return []benchmark{
		{"4.1 MB object", append([]tool{fetch("fetcher", s.s3, o.small), s5cmd(s.s3, o.small), gcs(o.small)}, boto3("boto3", o.small)...),
			map[string]float64{"s5cmd": 1.2, "boto3": 1.0 / 8}, smallBytes},
		{"4.1 MB object, signed", []tool{
			fetch("fetcher, signed", s.s3, o.small, "MODEL_SIGNATURE="+requiredSignature), s5cmd(s.s3, o.small),
			fetch("fetcher, unsigned", s.s3, o.small),
		}, map[string]float64{"s5cmd": 1.2}, smallBytes},
		{"450 MB object", append([]tool{fetch("fetcher", s.s3, o.large), s5cmd(s.s3, o.large), gcs(o.large),
			fetch("fetcher, pinned", s.s3, o.large, pinned(o.large))}, boto3("boto3", o.large)...),
			map[string]float64{"s5cmd": 1}, largeBytes},
		{"450 MB tar.gz, extracted", append([]tool{fetch("fetcher", s.s3, o.archive), unpack(o.archive), gcs(o.archive)},
			boto3("boto3 + tarfile", o.archive)...),
			map[string]float64{"local file": 1.15, "boto3 + tarfile": 0.4}, largeBytes},
		{"the same as tar.zst", []tool{fetch("fetcher", s.s3, o.zstd), unpack(o.zstd), fetch("fetcher, tar.gz", s.s3, o.archive)},
			nil, largeBytes},
		{"450 MB object, 25 ms, 100 MB/s a connection", []tool{fetch("fetcher", s.slow, o.large), lineRate, s5cmd(s.slow, o.large)},
			map[string]float64{"line rate": 1.25}, largeBytes},
	}
}

// targetPlaceholder in arguments and variables is replaced by the folder of the run.
const targetPlaceholder = "@target"

// measure runs the tools in turn, so that other load on the machine affects all of them alike.
func (b benchmark) measure(ctx context.Context, runs int, folder string) (result, error) {
	samples := make([][]sample, len(b.tools))
	for range runs {
		for i, t := range b.tools {
			measured, err := t.run(ctx, folder)
			if err != nil {
				return result{}, fmt.Errorf("%s: %w", t.name, err)
			}
			samples[i] = append(samples[i], measured)
		}
	}
	return result{benchmark: b, samples: samples}, nil
}

// run runs the tool once, with an empty folder as the target.
func (t tool) run(ctx context.Context, folder string) (sample, error) {
	if t.fixedTime > 0 {
		return sample{wall: t.fixedTime}, nil
	}
	if err := os.RemoveAll(folder); err != nil {
		return sample{}, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return sample{}, err
	}
	command := t.command(ctx, folder)
	began := time.Now()
	output, err := command.CombinedOutput()
	wall := time.Since(began)
	if err != nil {
		return sample{}, fmt.Errorf("%w\n%s", err, output)
	}
	state := command.ProcessState
	usage := state.SysUsage().(*syscall.Rusage)
	return sample{wall: wall, cpu: state.UserTime() + state.SystemTime(), memory: usage.Maxrss << 10}, nil
}
