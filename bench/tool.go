package main

import (
	"context"
	_ "embed"
	"os"
	"os/exec"
	"time"
)

// boto3Script is what a service does without the fetcher: boto3, and tarfile for an archive.
//
//go:embed download.py
var boto3Script string

// waitVariable makes boto3Script wait for the end of its standard input before it downloads.
const waitVariable = "BENCH_WAIT=1"

// tool is a program that is measured. The first tool of a benchmark is the fetcher.
type tool struct {
	name string
	args []string
	env  []string
	// fixedTime is the time of a theoretical limit, for which no program runs.
	fixedTime time.Duration
}

// command returns the command of one run, whose target is folder.
func (t tool) command(ctx context.Context, folder string) *exec.Cmd {
	args, env := replaceTarget(t.args, folder), replaceTarget(t.env, folder)
	command := exec.CommandContext(ctx, args[0], args[1:]...)
	// Without the environment of the machine, such as a CA bundle that only some tools read.
	command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + folder}, env...)
	return command
}

// toolset makes the tools that download an object of the bucket from S3, into the folder of the run.
type toolset struct{ programs binaries }

// fetcher returns a tool that runs the build of the fetcher at path.
func (toolset) fetcher(name, path, endpoint, key string, extraEnv ...string) tool {
	env := append(s3Environment(endpoint), "S3_BUCKET="+bucket, "S3_MODEL_PATH="+key, "LOCAL_MODEL_PATH="+targetPlaceholder+"/"+key)
	return tool{name: name, args: []string{path}, env: append(env, extraEnv...)}
}

func (t toolset) s5cmd(endpoint, key string) tool {
	return tool{name: "s5cmd", args: []string{t.programs.s5cmd, "cp", "s3://" + bucket + "/" + key, targetPlaceholder + "/" + key},
		env: s3Environment(endpoint)}
}

func (t toolset) boto3(name, endpoint, key string, extraEnv ...string) tool {
	return tool{name: name, args: []string{t.programs.python, "-c", boto3Script, bucket, key, targetPlaceholder},
		env: append(s3Environment(endpoint), extraEnv...)}
}
