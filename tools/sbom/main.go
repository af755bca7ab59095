// Command sbom writes a software bill of materials of Go programs, in the format of CycloneDX: every module that the
// compiler recorded in a program, with its version, and the Go version.
package main

import (
	"debug/buildinfo"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/CycloneDX/cyclonedx-gomod/pkg/generate/bin"
	"github.com/rs/zerolog"
	"golang.org/x/mod/modfile"
)

func main() {
	dir := flag.String("o", "", "`folder` for the files, PROGRAM.cdx.json")
	version := flag.String("version", "", "version of the programs, such as a commit")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: sbom -o DIR -version VERSION PROGRAM …")
		flag.PrintDefaults()
	}
	flag.Parse()
	if err := run(*dir, *version, flag.Args()); err != nil {
		fmt.Fprintf(os.Stderr, "sbom: %v\n", err)
		os.Exit(1)
	}
}

func run(dir, version string, programs []string) error {
	if dir == "" || version == "" || len(programs) == 0 {
		return errors.New("the folder, the version or the programs are missing: run sbom -o DIR -version VERSION PROGRAM …")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, program := range programs {
		bom, err := generate(program, version)
		if err != nil {
			return fmt.Errorf("%s: %w", program, err)
		}
		file := filepath.Join(dir, filepath.Base(program)+".cdx.json")
		if err := write(bom, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		fmt.Println(file)
	}
	return nil
}

// generate returns the bill of materials of a Go program. It has no time and no serial number: the same program and
// version give the same bytes.
func generate(program, version string) (*cdx.BOM, error) {
	generator, err := bin.NewGenerator(program,
		bin.WithIncludeStdlib(true), bin.WithVersionOverride(version), bin.WithLogger(zerolog.New(os.Stderr).Level(zerolog.WarnLevel)))
	if err != nil {
		return nil, err
	}
	bom, err := generator.Generate()
	if err != nil {
		return nil, err
	}
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, err
	}
	for _, dep := range info.Deps {
		if dep.Replace != nil && modfile.IsDirectoryPath(dep.Replace.Path) {
			nameLocal(*bom.Components, dep.Replace.Path, dep.Path, version)
		}
	}
	return bom, nil
}

// nameLocal names a module of this repository by its path. In a module that it belongs to, go.mod replaces it by a
// folder, which means nothing outside of the repository.
func nameLocal(components []cdx.Component, folder, path, version string) {
	for i := range components {
		if components[i].Name == folder {
			components[i].Name, components[i].Version = path, version
			components[i].PackageURL = "pkg:golang/" + path + "@" + version
		}
	}
}

func write(bom *cdx.BOM, file string) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(cdx.NewBOMEncoder(f, cdx.BOMFileFormatJSON).SetPretty(true).Encode(bom), f.Close())
}
