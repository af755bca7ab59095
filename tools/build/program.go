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
	// module is the folder of its Go module, pkg the package to build.
	module, pkg string
	ldflags     string
	// pinned: it comes from released modules alone, so that it needs building
	// again only when its module's own files change.
	pinned bool
	// byName: it is no part of the local cloud, and built only when it is named.
	byName bool
}

// kubeVersion is what the Kubernetes components report; it has to agree with
// tools/kubernetes/go.mod, since clients choose features by it.
const (
	kubeVersion   = "v1.35.8"
	pulumiVersion = "v3.274.1"
)

var programs = []program{
	{
		name: "pulumi", module: "tools/pulumi", pkg: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", pinned: true,
		// Without a version the Automation API refuses the CLI.
		ldflags: "-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=" + pulumiVersion,
	},
	{
		name: "kube", module: "tools/kubernetes", pkg: ".", pinned: true,
		ldflags: "-s -w -X k8s.io/component-base/version.gitVersion=" + kubeVersion +
			" -X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=35" +
			" -X k8s.io/component-base/version.gitTreeState=clean",
	},
	{name: "fake-gcs-server", module: "tools/stores", pkg: "github.com/fsouza/fake-gcs-server", ldflags: "-s -w", pinned: true},
	{name: "versitygw", module: "tools/stores", pkg: "github.com/versity/versitygw/cmd/versitygw", ldflags: "-s -w", pinned: true},
	{name: "pause", module: "local", pkg: "./pause", ldflags: "-s -w"},
	{name: "ferry", module: "local", pkg: ".", ldflags: "-s -w"},
	{name: "golangci-lint", module: "tools/golangci-lint", pkg: "github.com/golangci/golangci-lint/v2/cmd/golangci-lint", ldflags: "-s -w", pinned: true, byName: true},
	{name: "actionlint", module: "tools/actionlint", pkg: "github.com/rhysd/actionlint/cmd/actionlint", ldflags: "-s -w", pinned: true, byName: true},
	{name: "kube-score", module: "tools/kube-score", pkg: "github.com/zegl/kube-score/cmd/kube-score", ldflags: "-s -w", pinned: true, byName: true},
	{name: "kubeconform", module: "tools/kubeconform", pkg: "github.com/yannh/kubeconform/cmd/kubeconform", ldflags: "-s -w", pinned: true, byName: true},
}

func names() []string {
	var all []string
	for _, p := range programs {
		all = append(all, p.name)
	}
	return all
}

func choose(wanted []string) ([]program, error) {
	var chosen []program
	if len(wanted) == 0 {
		for _, p := range programs {
			if !p.byName {
				chosen = append(chosen, p)
			}
		}
		return chosen, nil
	}
	for _, name := range wanted {
		at := slices.Index(names(), name)
		if at < 0 {
			return nil, fmt.Errorf("there is no program %q: there are %s", name, strings.Join(names(), ", "))
		}
		chosen = append(chosen, programs[at])
	}
	return chosen, nil
}

// build builds the program unless what is there is made of the same sources.
func (p program) build(ctx context.Context, root, out string) error {
	dir, target := filepath.Join(root, p.module), filepath.Join(out, p.name)
	stamp := target + ".stamp"
	sources, err := p.sources(dir)
	if err != nil {
		return err
	}
	if p.pinned {
		before, _ := os.ReadFile(stamp) // none there: build
		if _, err := os.Stat(target); err == nil && string(before) == sources {
			return nil
		}
	}
	started := time.Now()
	stale, err := p.stale(ctx, dir)
	if err != nil {
		return err
	}
	progress := newProgress(p.name, stale, os.Stderr)
	// Built beside its place and renamed, so that an interrupted build leaves
	// nothing half, and a running program can be built again.
	next := target + ".next"
	cmd := p.command(ctx, dir, "build", "-v", "-o", next, "-ldflags", p.ldflags, p.pkg)
	cmd.Stderr = progress
	if err := cmd.Run(); err != nil {
		progress.end("failed")
		return errors.Join(fmt.Errorf("go build: %w\n%s", err, progress.complaint()), os.RemoveAll(next))
	}
	if err := os.Rename(next, target); err != nil {
		return err
	}
	progress.end(fmt.Sprintf("built in %s", time.Since(started).Round(time.Second)))
	return os.WriteFile(stamp, []byte(sources), 0o644)
}

// stale counts the packages that have to be compiled. It downloads modules.
func (p program) stale(ctx context.Context, dir string) (int, error) {
	progress := newProgress(p.name, 0, os.Stderr)
	defer progress.end("")
	var listed bytes.Buffer
	cmd := p.command(ctx, dir, "list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", p.pkg)
	cmd.Stdout, cmd.Stderr = &listed, progress
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("go list: %w\n%s", err, progress.complaint())
	}
	return len(strings.Fields(listed.String())), nil
}

func (p program) command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-buildvcs=false", "GOWORK=off")
	return cmd
}

// sources is a digest of what the program is made of.
func (p program) sources(dir string) (string, error) {
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
