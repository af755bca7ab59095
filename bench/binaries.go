package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// binaries are the paths of the measured programs and the servers.
type binaries struct {
	fetcher, s5cmd, versitygw, gcs, self string
	// baseline is another build of the fetcher to compare with, or empty.
	baseline string
	// python is empty if boto3 is not installed.
	python string
}

// build builds the binaries in folder.
func build(ctx context.Context, folder string) (binaries, error) {
	self, err := os.Executable()
	if err != nil {
		return binaries{}, err
	}
	b := binaries{self: self}
	for _, binary := range []struct {
		path   *string
		name   string
		module string
		args   []string
	}{
		// The flags of a release: see local/internal/image.
		{&b.fetcher, "fetcher", "../fetcher", []string{"-trimpath", "-ldflags", "-s -w -buildid=", "."}},
		{&b.s5cmd, "s5cmd", ".", []string{"-ldflags", "-s -w", "github.com/peak/s5cmd/v2"}},
		{&b.versitygw, "versitygw", "../tools/stores", []string{"github.com/versity/versitygw/cmd/versitygw"}},
		{&b.gcs, "fake-gcs-server", "../tools/stores", []string{"github.com/fsouza/fake-gcs-server"}},
	} {
		*binary.path = filepath.Join(folder, binary.name)
		args := append([]string{"build", "-C", binary.module, "-o", *binary.path}, binary.args...)
		command := exec.CommandContext(ctx, "go", args...)
		command.Env = append(os.Environ(), "CGO_ENABLED=0")
		if output, err := command.CombinedOutput(); err != nil {
			return binaries{}, fmt.Errorf("build %s: %w\n%s", binary.name, err, output)
		}
	}
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.CommandContext(ctx, python, "-c", "import boto3").Run() == nil {
			b.python = python
			break
		}
	}
	if b.python == "" {
		fmt.Fprintln(os.Stderr, "bench: boto3 is not installed and is skipped (apt-get install python3-boto3)")
	}
	return b, nil
}
