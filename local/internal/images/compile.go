package images

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
)

// Program is a Go program to build for an image.
type Program struct {
	// Name is the program's and the image's name.
	Name string
	// Module is the folder of the Go module, Package the package in it, such as "./server".
	Module, Package string
}

// Compile builds the program for linux and one architecture into file out: static, without symbols, and with
// nothing of this machine in it, so that it is the same wherever it is built. An error holds the compiler's
// own words.
func (p Program) Compile(ctx context.Context, arch, out string) error {
	// -buildvcs=false: the commit's id would give each commit another image.
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid=", "-o", out}
	cmd := exec.CommandContext(ctx, "go", append(args, p.Package)...)
	cmd.Dir = p.Module
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s for %s: %w\n%s", p.Name, arch, err, stderr.Bytes())
	}
	return nil
}
