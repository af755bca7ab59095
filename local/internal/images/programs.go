// Package images builds the project's own OCI images from static Go programs, pushes them, and serves the local
// cloud's registry. The same program has the same digest on every machine.
package images

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// FetcherProgram returns the fetcher, the program of the init container. root is the repository's folder.
func FetcherProgram(root string) Program {
	return Program{Name: "fetcher", Module: filepath.Join(root, "fetcher"), Package: "."}
}

// ModelServerProgram returns the fake model server, which runs in the local cloud only. root is the repository's
// folder.
func ModelServerProgram(root string) Program {
	return Program{Name: "server", Module: filepath.Join(root, "local"), Package: "./cmd/modelserver"}
}

// LoadGeneratorProgram returns the program that sends requests to a service. root is the repository's folder.
func LoadGeneratorProgram(root string) Program {
	return Program{Name: "loadgen", Module: filepath.Join(root, "local"), Package: "./cmd/loadgen"}
}

// FetcherExporterProgram returns the exporter of the fetchers' results. root is the repository's folder.
func FetcherExporterProgram(root string) Program {
	return Program{Name: "fetcher-exporter", Module: filepath.Join(root, "cli"), Package: "./cmd/fetcher-exporter"}
}

// ReleasedPrograms returns programs that are released as images, by their names: fetcher, the default, modelferry and
// fetcher-exporter. root is the repository's folder.
func ReleasedPrograms(root string, names []string) ([]Program, error) {
	released := []Program{
		FetcherProgram(root),
		{Name: "modelferry", Module: filepath.Join(root, "cli"), Package: "./cmd/modelferry"},
		FetcherExporterProgram(root),
	}
	if len(names) == 0 {
		return released[:1], nil
	}
	var selected []Program
	for _, name := range names {
		index := slices.IndexFunc(released, func(p Program) bool { return p.Name == name })
		if index < 0 {
			return nil, fmt.Errorf("invalid program %q: must be fetcher, modelferry or fetcher-exporter", name)
		}
		selected = append(selected, released[index])
	}
	return selected, nil
}

// Architectures are the values of GOARCH for which programs are released.
var Architectures = []string{"amd64", "arm64"}

// Build compiles a program for the architectures into dir and returns its image. The same sources give the same digest
// on every machine.
func Build(ctx context.Context, p Program, dir string, architectures []string) (v1.ImageIndex, error) {
	binaries := map[string]string{}
	for _, arch := range architectures {
		binaries[arch] = filepath.Join(dir, p.Name+"-linux-"+arch)
		if err := p.Compile(ctx, arch, binaries[arch]); err != nil {
			return nil, err
		}
	}
	return NewIndex(p.Name, binaries)
}
