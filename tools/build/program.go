package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// program is one program to build.
type program struct {
	name string
	// module is the folder of the Go module, pkg the package to build.
	module, pkg string
	ldflags     string
	// static is true for a program that is released: it needs no C library, and has no paths of this machine.
	static bool
	// pinned is true for a program that is built from released modules only. It is rebuilt only when the files of its
	// module change.
	pinned bool
	// onRequest is true for a program that is not part of the local cloud. It is built only when it is named.
	onRequest bool
	// pluginVersion is the version of a plugin of Pulumi. It is downloaded instead, where the network allows it.
	pluginVersion string
	// installed is set for a program that is not built if a fitting one is on PATH.
	installed *installed
}

// kubeVersion is the version that the Kubernetes components report. It has to match tools/kubernetes/go.mod: clients
// choose features by it.
const (
	kubeVersion   = "v1.35.8"
	pulumiVersion = "v3.274.1"
)

var programs = []program{
	{
		name: "pulumi", module: "tools/pulumi", pkg: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", pinned: true,
		// The Automation API refuses a CLI without a version.
		ldflags: "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=" + pulumiVersion,
		// The Automation API of that version drives it, so an older CLI might lack what it uses.
		installed: &installed{minVersion: pulumiVersion, versionArgs: []string{"version"}},
	},
	{
		name: "kube", module: "tools/kubernetes", pkg: ".", pinned: true,
		ldflags: "-s -w -X k8s.io/component-base/version.gitVersion=" + kubeVersion +
			" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=35" +
			" -X k8s.io/component-base/version.gitTreeState=clean",
	},
	{name: "fake-gcs-server", module: "tools/stores", pkg: "github.com/fsouza/fake-gcs-server", ldflags: "-s -w", pinned: true},
	{name: "versitygw", module: "tools/stores", pkg: "github.com/versity/versitygw/cmd/versitygw", ldflags: "-s -w", pinned: true},
	{
		name: "kube-state-metrics", module: "tools/kube-state-metrics", pkg: "k8s.io/kube-state-metrics/v2", ldflags: "-s -w",
		// It runs in a pod, whose image has nothing else.
		static: true, pinned: true, onRequest: true,
	},
	{name: "pause", module: "local", pkg: "./cmd/pause", ldflags: "-s -w"},
	{name: "ferry", module: "local", pkg: "./cmd/ferry", ldflags: "-s -w"},
	{name: "modelferry", module: "cli", pkg: "./cmd/modelferry", ldflags: "-s -w", static: true, onRequest: true},
	{
		name: "pulumi-resource-kubernetes", module: "tools/pulumi-kubernetes", pkg: ".", ldflags: "-s -w", pinned: true, onRequest: true,
		pluginVersion: kubernetesPluginVersion,
	},
	{
		name:      "golangci-lint",
		module:    "tools/golangci-lint",
		pkg:       "github.com/golangci/golangci-lint/v2/cmd/golangci-lint",
		ldflags:   "-s -w",
		pinned:    true,
		onRequest: true,
	},
	{
		name:      "actionlint",
		module:    "tools/actionlint",
		pkg:       "github.com/rhysd/actionlint/cmd/actionlint",
		ldflags:   "-s -w",
		pinned:    true,
		onRequest: true,
	},
	{
		name:      "kube-score",
		module:    "tools/kube-score",
		pkg:       "github.com/zegl/kube-score/cmd/kube-score",
		ldflags:   "-s -w",
		pinned:    true,
		onRequest: true,
	},
	{
		name:      "kubeconform",
		module:    "tools/kubeconform",
		pkg:       "github.com/yannh/kubeconform/cmd/kubeconform",
		ldflags:   "-s -w",
		pinned:    true,
		onRequest: true,
	},
}

func programNames() []string {
	var names []string
	for _, p := range programs {
		names = append(names, p.name)
	}
	return names
}

func selectPrograms(requested []string) ([]program, error) {
	var selected []program
	if len(requested) == 0 {
		for _, p := range programs {
			if !p.onRequest {
				selected = append(selected, p)
			}
		}
		return selected, nil
	}
	for _, name := range requested {
		index := slices.Index(programNames(), name)
		if index < 0 {
			return nil, fmt.Errorf("invalid program %q: must be one of %s", name, strings.Join(programNames(), ", "))
		}
		selected = append(selected, programs[index])
	}
	return selected, nil
}

// build builds the program, unless it is pinned and its sources have not changed, or a fitting one is installed.
func (p program) build(ctx context.Context, root, out string) error {
	dir, target := filepath.Join(root, p.module), filepath.Join(out, p.name)
	stamp := target + ".stamp"
	digest, err := p.sourceDigest(dir)
	if err != nil {
		return err
	}
	if p.pinned {
		previousDigest, _ := os.ReadFile(stamp) // a missing file means that nothing was built yet
		if _, err := os.Stat(target); err == nil && string(previousDigest) == digest {
			return nil
		}
	}
	if used, err := p.useInstalled(ctx, target, stamp); used || err != nil {
		return err
	}
	started := time.Now()
	if p.pluginVersion != "" {
		if err := downloadPlugin(ctx, out, target, p.pluginVersion); err == nil {
			fmt.Fprintf(os.Stderr, "%s: version %s of Pulumi\n", p.name, p.pluginVersion)
			return os.WriteFile(stamp, []byte(digest), 0o644)
		}
	}
	packages, err := p.countStale(ctx, dir)
	if err != nil {
		return err
	}
	progress := newProgress(p.name, packages, os.Stderr)
	// Build to a temporary file and rename it: an interrupted build leaves the old program, and a running program can
	// be replaced.
	temporary := target + ".next"
	cmd := p.goCommand(ctx, dir, "build", "-v", "-o", temporary, "-ldflags", p.ldflags, p.pkg)
	cmd.Stderr = progress
	if err := cmd.Run(); err != nil {
		progress.finish("failed")
		return errors.Join(fmt.Errorf("go build: %w\n%s", err, progress.errorOutput()), os.RemoveAll(temporary))
	}
	if err := os.Rename(temporary, target); err != nil {
		return err
	}
	progress.finish(fmt.Sprintf("built in %s", time.Since(started).Round(time.Second)))
	return os.WriteFile(stamp, []byte(digest), 0o644)
}

// countStale returns the number of packages to compile. It downloads the modules.
func (p program) countStale(ctx context.Context, dir string) (int, error) {
	progress := newProgress(p.name, 0, os.Stderr)
	defer progress.finish("")
	var listed bytes.Buffer
	cmd := p.goCommand(ctx, dir, "list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", p.pkg)
	cmd.Stdout, cmd.Stderr = &listed, progress
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("go list: %w\n%s", err, progress.errorOutput())
	}
	return len(strings.Fields(listed.String())), nil
}

func (p program) goCommand(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "GOWORK=off")
	if p.static {
		cmd.Env = append(cmd.Env, "GOFLAGS=-buildvcs=false -trimpath", "CGO_ENABLED=0")
	}
	return cmd
}

// sourceDigest returns a SHA-256 over the toolchain, the build flags and the source files of the program's module.
func (p program) sourceDigest(dir string) (string, error) {
	sum := sha256.New()
	fmt.Fprintln(sum, runtime.Version(), runtime.GOOS, runtime.GOARCH, p.pkg, p.ldflags)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return "", err
	}
	for _, file := range files {
		if ext := filepath.Ext(file); ext != ".go" && ext != ".mod" && ext != ".sum" {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s %d\n%s", filepath.Base(file), len(content), content)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
