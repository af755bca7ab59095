package debianimage

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/modelferry/modelferry/local/internal/node/hostdeps"
)

// Package is a package in the version that apt selects.
type Package struct {
	Name, Version, Architecture string
}

// fileName is the name that apt gives a downloaded package.
func (p Package) fileName() string {
	return fmt.Sprintf("%s_%s_%s.deb", p.Name, strings.ReplaceAll(p.Version, ":", "%3a"), p.Architecture)
}

// installation matches what apt-get --simulate prints for a package, such as
// "Inst libc6 (2.36-9 Debian:12.1/stable, Debian-Security:12/stable-security [amd64])".
var installation = regexp.MustCompile(`^Inst (\S+) \((\S+) (.*) \[(\S+)\]\)`)

// debianOrigin matches the origin of a package of Debian, and of its security updates.
var debianOrigin = regexp.MustCompile(`(^|, )Debian(-Security)?:` + Release + `[./]`)

// aptError is a failure that new lists of packages may mend.
type aptError struct{ error }

func (e aptError) Unwrap() error { return e.error }

// resolve returns the packages of a spec with their dependencies, in apt's order. dir is a temporary folder.
func resolve(ctx context.Context, apt hostdeps.Apt, dir string, s Spec) ([]Package, error) {
	var packages []Package
	var problems []error
	err := s.install(ctx, apt, dir, func(line string) {
		p, err := parseInstallation(line)
		if err != nil {
			problems = append(problems, err)
		} else if p.Name != "" {
			packages = append(packages, p)
		}
	}, "--simulate")
	if err != nil {
		problems = []error{fmt.Errorf("dependencies of %v: %w", s.Packages, err)}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, aptError{err}
	}
	return packages, nil
}

// parseInstallation returns the package of a line, or none if the line is about something else.
func parseInstallation(line string) (Package, error) {
	match := installation.FindStringSubmatch(line)
	if match == nil {
		if strings.HasPrefix(line, "Inst ") {
			return Package{}, fmt.Errorf("unexpected line of apt-get: %q", line)
		}
		return Package{}, nil
	}
	p := Package{Name: match[1], Version: match[2], Architecture: match[4]}
	if !debianOrigin.MatchString(match[3]) {
		return Package{}, fmt.Errorf("package %s %s is from %q: must be from Debian %s: give Debian's a higher priority "+
			"(apt_preferences(5))", p.Name, p.Version, match[3], Release)
	}
	return p, nil
}

// download downloads packages into a folder and returns their files. apt verifies them. It fails if apt selects other
// versions than before.
func download(ctx context.Context, apt hostdeps.Apt, dir string, s Spec, packages []Package) ([]string, error) {
	err := s.install(ctx, apt, dir, func(string) {}, "--download-only", "--option=Dir::Cache::archives="+dir,
		"--option=APT::Sandbox::User=root") // _apt cannot write into a folder of root
	if err != nil {
		return nil, aptError{fmt.Errorf("download of Debian packages: %w", err)}
	}
	var files []string
	for _, p := range packages {
		file := filepath.Join(dir, p.fileName())
		if _, err := os.Stat(file); err != nil {
			return nil, aptError{fmt.Errorf("download of Debian package %s: %w", p.Name, err)}
		}
		files = append(files, file)
	}
	return files, nil
}

// install runs apt-get install for a machine that has nothing but the omitted packages. dir is a temporary folder.
func (s Spec) install(ctx context.Context, apt hostdeps.Apt, dir string, progress func(string), options ...string) error {
	status := filepath.Join(dir, "status") // apt's lock of the installed packages is beside it
	if err := os.WriteFile(status, []byte(s.installedStatus()), 0o644); err != nil {
		return err
	}
	args := []string{"--option=Dir::State::status=" + status, "install", "--yes", "--no-install-recommends"}
	return apt.Run(ctx, progress, slices.Concat(options, args, s.Packages)...)
}

// installedStatus returns a status file of dpkg in which the omitted packages are installed, in a version that
// satisfies every lower bound.
func (s Spec) installedStatus() string {
	var text strings.Builder
	for _, name := range s.Omit {
		fmt.Fprintf(&text, "Package: %s\nStatus: install ok installed\nMaintainer: none\nArchitecture: %s\nMulti-Arch: allowed\n"+
			"Version: 9999:0\nDescription: left out\n\n", name, Architecture)
	}
	return text.String()
}
