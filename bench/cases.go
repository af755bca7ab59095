package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/modelferry/modelferry/fetcher/request"
)

// download and unpack are what a service does without the fetcher: boto3, and
// tarfile for an archive.
//
//go:embed download.py
var download string

// contender is a program that does the case's work. The first of a case is the
// fetcher; what it has to reach of the others stands in bars.
type contender struct {
	name string
	args []string
	env  []string
	// takes is the time of one that only stands for a bound.
	takes time.Duration
}

// testcase is one piece of work for several contenders.
type testcase struct {
	name       string
	contenders []contender
	// bars are the fetcher's highest ratios to the others, by their names.
	bars map[string]float64
	// bytes is what comes over the network.
	bytes int64
}

// sample is one run of one contender.
type sample struct {
	wall, cpu time.Duration
	// memory is the peak of the resident set in bytes.
	memory int64
}

func cases(tools binaries, s *servers, o objects) []testcase {
	fetch := func(name, endpoint, key string, more ...string) contender {
		env := append(s.environment(endpoint), "S3_BUCKET="+bucket, "S3_MODEL_PATH="+key, "LOCAL_MODEL_PATH="+target+"/"+key)
		return contender{name: name, args: []string{tools.fetcher}, env: append(env, more...)}
	}
	gcs := func(key string) contender {
		return contender{name: "fetcher, GCS", args: []string{tools.fetcher}, env: []string{
			"STORAGE_EMULATOR_HOST=" + s.gcs, "GCS_BUCKET=" + bucket, "GCS_MODEL_PATH=" + key, "LOCAL_MODEL_PATH=" + target + "/" + key,
		}}
	}
	s5cmd := func(endpoint, key string) contender {
		return contender{name: "s5cmd", args: []string{tools.s5cmd, "cp", "s3://" + bucket + "/" + key, target + "/" + key}, env: s.environment(endpoint)}
	}
	boto3 := func(name, key string) []contender {
		if tools.python == "" {
			return nil
		}
		return []contender{{name: name, args: []string{tools.python, "-c", download, bucket, key, target}, env: s.environment(s.s3)}}
	}
	unpack := func(name string) contender {
		return contender{name: "local file", args: []string{tools.self, "unpack", filepath.Join(o.folder, name), target}}
	}
	// What as many connections as the fetcher has by default carry.
	line := contender{name: "line rate", takes: largeBytes * time.Second / (request.DefaultParallel * perSecond)}
	sum := func(key string) string { return "MODEL_SHA256=" + digest(filepath.Join(o.folder, key)) }
	return []testcase{
		{"4.1 MB object", append([]contender{fetch("fetcher", s.s3, o.small), s5cmd(s.s3, o.small), gcs(o.small)}, boto3("boto3", o.small)...),
			map[string]float64{"s5cmd": 1.2, "boto3": 1.0 / 8}, smallBytes},
		{"450 MB object", append([]contender{fetch("fetcher", s.s3, o.large), s5cmd(s.s3, o.large), gcs(o.large), fetch("fetcher, pinned", s.s3, o.large, sum(o.large))}, boto3("boto3", o.large)...),
			map[string]float64{"s5cmd": 1}, largeBytes},
		{"450 MB tar.gz, extracted", append([]contender{fetch("fetcher", s.s3, o.archive), unpack(o.archive), gcs(o.archive)}, boto3("boto3 + tarfile", o.archive)...),
			map[string]float64{"local file": 1.15, "boto3 + tarfile": 0.4}, largeBytes},
		{"the same as tar.zst", []contender{fetch("fetcher", s.s3, o.zstd), unpack(o.zstd)},
			map[string]float64{"local file": 1.15}, largeBytes},
		{"450 MB object, 25 ms, 100 MB/s a connection", []contender{fetch("fetcher", s.slow, o.large), line, s5cmd(s.slow, o.large)},
			map[string]float64{"line rate": 1.25}, largeBytes},
	}
}

// target stands in arguments and variables for the folder of the run.
const target = "@target"

// measure runs the contenders in turn, so that what else the machine does
// meets all of them alike.
func (c testcase) measure(ctx context.Context, runs int, folder string) (result, error) {
	samples := make([][]sample, len(c.contenders))
	for range runs {
		for i, contender := range c.contenders {
			taken, err := contender.run(ctx, folder)
			if err != nil {
				return result{}, fmt.Errorf("%s: %w", contender.name, err)
			}
			samples[i] = append(samples[i], taken)
		}
	}
	return result{testcase: c, samples: samples}, nil
}

// run is one whole process, from an empty folder on.
func (c contender) run(ctx context.Context, folder string) (sample, error) {
	if c.takes > 0 {
		return sample{wall: c.takes}, nil
	}
	if err := os.RemoveAll(folder); err != nil {
		return sample{}, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return sample{}, err
	}
	args, env := replaced(c.args, folder), replaced(c.env, folder)
	command := exec.CommandContext(ctx, args[0], args[1:]...)
	// Nothing of the surroundings, such as a CA bundle that only some read.
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder}, env...)
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
