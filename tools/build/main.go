// Command build builds the programs of the local cloud into a folder and prints
// its progress: the first build of Kubernetes and of the Pulumi CLI takes minutes.
//
// usage: build [-o DIR] [PROGRAM …]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	out := flag.String("o", ".local/bin", "`folder` for the programs, relative to the repository")
	flag.Usage = func() {
		fmt.Fprintf(
			flag.CommandLine.Output(),
			"usage: build [-o DIR] [PROGRAM …]\nprograms: %s (default: the programs of the local cloud)\n",
			strings.Join(programNames(), ", "),
		)
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(*out, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n", err)
		os.Exit(1)
	}
}

func run(out string, requested []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	selected, err := selectPrograms(requested)
	if err != nil {
		return err
	}
	root, err := findRoot()
	if err != nil {
		return err
	}
	if !filepath.IsAbs(out) {
		out = filepath.Join(root, out)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, p := range selected {
		if err := p.build(ctx, root, out); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// findRoot returns the closest parent folder that contains Pulumi.yaml.
func findRoot() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "Pulumi.yaml")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("no Pulumi.yaml in %s or a parent folder: run this command inside the repository", start)
		}
	}
}
