// Package images makes the project's own images: the fetcher, which goes to
// any registry, and the stand-in model server, which stays in the local cloud.
package images

import (
	"context"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/modelferry/modelferry/local/image"
)

// Fetcher is the init container's program; Server the stand-in model server's.
func Fetcher(root string) image.Program {
	// The gRPC transport of the storage SDK is a third of the binary, and unused.
	return image.Program{Name: "fetcher", Module: filepath.Join(root, "fetcher"), Package: "."}
}

// Server is the stand-in model server.
func Server(root string) image.Program {
	return image.Program{Name: "server", Module: filepath.Join(root, "local"), Package: "./server"}
}

// Architectures that the fetcher is released for.
var Architectures = []string{"amd64", "arm64"}

// Build compiles a program for some architectures into dir and returns its
// image, the same for the same sources wherever it is built.
func Build(ctx context.Context, p image.Program, dir string, architectures []string) (v1.ImageIndex, error) {
	binaries := map[string]string{}
	for _, arch := range architectures {
		binaries[arch] = filepath.Join(dir, p.Name+"-linux-"+arch)
		if err := p.Compile(ctx, arch, binaries[arch]); err != nil {
			return nil, err
		}
	}
	return image.Index(p.Name, binaries)
}
