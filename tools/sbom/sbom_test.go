package main

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const commit = "0123abc"

type program struct{ name, module, pkg string }

func (p program) command(arch string, args ...string) *exec.Cmd {
	cmd := exec.Command("go", args...)
	cmd.Dir = filepath.Join("../..", p.module)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	return cmd
}

// build builds the program as a release is built, and returns its file.
func (p program) build(t *testing.T) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), p.name)
	cmd := p.command("amd64", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", out, p.pkg)
	output, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return out
}

// linked returns the modules that the program is linked from on an architecture.
func (p program) linked(t *testing.T, arch string) []string {
	t.Helper()
	output, err := p.command(arch, "list", "-deps", "-f", "{{with .Module}}{{.Path}} {{.Version}}{{end}}", p.pkg).Output()
	require.NoError(t, err)
	modules := strings.Split(strings.TrimSpace(string(output)), "\n")
	slices.Sort(modules)
	return slices.Compact(modules)
}

// modulesOf returns what go version -m prints of a program: the modules that it is linked from, and "std".
func modulesOf(t *testing.T, program string) []string {
	t.Helper()
	info, err := buildinfo.ReadFile(program)
	require.NoError(t, err)
	modules := []string{info.Main.Path, "std " + info.GoVersion}
	for _, dep := range info.Deps {
		switch {
		case dep.Replace != nil && strings.HasPrefix(dep.Replace.Path, "."):
			dep.Version = commit // a module of this repository
		case dep.Replace != nil:
			dep = dep.Replace
		}
		modules = append(modules, dep.Path+" "+dep.Version)
	}
	slices.Sort(modules)
	return modules
}

// componentsOf returns the components of a file that was written.
func componentsOf(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	type component struct{ Name, Version string }
	var bom struct {
		BOMFormat  string
		Metadata   struct{ Component component }
		Components []component
	}
	require.NoError(t, json.Unmarshal(text, &bom))
	require.Equal(t, "CycloneDX", bom.BOMFormat)
	require.Equal(t, commit, bom.Metadata.Component.Version)
	components := []string{bom.Metadata.Component.Name}
	for _, c := range bom.Components {
		components = append(components, c.Name+" "+c.Version)
	}
	slices.Sort(components)
	return components
}

func TestRun_listsEveryModule(t *testing.T) {
	for _, p := range []program{{"fetcher", "fetcher", "."}, {"modelferry", "cli", "./cmd/modelferry"}} {
		t.Run(p.name, func(t *testing.T) {
			binary, dir := p.build(t), t.TempDir()
			require.NoError(t, run(dir, commit, []string{binary}))
			file := filepath.Join(dir, p.name+".cdx.json")
			components := componentsOf(t, file)
			require.Equal(t, modulesOf(t, binary), components)
			require.Greater(t, len(components), 10)
			if p.module == "cli" {
				require.Contains(t, components, "github.com/modelferry/modelferry "+commit)
			}

			first, err := os.ReadFile(file)
			require.NoError(t, err)
			require.NoError(t, run(dir, commit, []string{binary}))
			second, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(first), string(second), "the same bytes each time")
			require.Equal(t, p.linked(t, "amd64"), p.linked(t, "arm64"), "an image has one bill of materials for both architectures")
		})
	}
}

func TestRun_errors(t *testing.T) {
	require.ErrorContains(t, run(t.TempDir(), "", []string{"x"}), "the version or the programs are missing")
	require.ErrorContains(t, run(t.TempDir(), "1", nil), "the version or the programs are missing")
	text := filepath.Join(t.TempDir(), "script")
	require.NoError(t, os.WriteFile(text, []byte("#!/bin/sh\n"), 0o600))
	require.ErrorContains(t, run(t.TempDir(), "1", []string{text}), text+": failed to load build info")
}
