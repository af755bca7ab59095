package images

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Program is a Go program to build for an image.
type Program struct {
	// Name is the name of the program and of its image.
	Name string
	// Module is the Go module's folder.
	Module string
	// Package is the package in Module, such as "./cmd/ferry".
	Package string
}

// Compile builds the program for linux and an architecture, and writes it to the file out, in an existing folder. The
// program is static, without symbols, and the same on every machine. An error includes the compiler's output.
func (p Program) Compile(ctx context.Context, arch, out string) error {
	// -buildvcs=false: with the commit's ID in the program, every commit would have another image.
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", out}
	cmd := exec.CommandContext(ctx, "go", append(args, p.Package)...)
	cmd.Dir = p.Module
	// From a folder of the same file system, go build renames the program. Otherwise it copies it, and another process
	// that builds the image of the same program, such as that of the other stack, may read half of it.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch, "GOTMPDIR="+filepath.Dir(out))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s for %s: %w\n%s", p.Name, arch, err, stderr.Bytes())
	}
	return nil
}
