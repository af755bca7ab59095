package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// installed describes a program that many people have on their PATH. It is used instead of building one, if its version
// fits.
type installed struct {
	// minVersion is the oldest version that fits. Newer ones of the same major version fit as well.
	minVersion string
	// versionArgs are the arguments with which the program prints its version.
	versionArgs []string
}

// forceBuild is the value of the variable by which users ask for a program to be built: PULUMI=build.
const forceBuild = "build"

// useInstalled makes target a link to the program on PATH, and reports whether it did. A target that is already such a
// link stays, because `sudo` may have another PATH than its user. stamp is the file that tells so.
func (p program) useInstalled(ctx context.Context, target, stamp string) (bool, error) {
	if p.installed == nil || os.Getenv(strings.ToUpper(p.name)) == forceBuild {
		return false, nil
	}
	previousStamp, _ := os.ReadFile(stamp) // a missing file means that there is no link yet
	linked, _ := os.Readlink(target)       // "" for a program that was built
	for _, path := range append([]string{linked}, candidates(p.name, filepath.Dir(target))...) {
		info, err := os.Stat(path)
		if path == "" || err != nil {
			continue
		}
		// A program that was asked for its version is not asked again until it changes.
		wanted := fmt.Sprintf("%s %d %s, at least %s\n", path, info.Size(), info.ModTime().Format(time.RFC3339Nano), p.installed.minVersion)
		if version, known := strings.CutPrefix(string(previousStamp), wanted); known && path == linked {
			fmt.Fprintf(os.Stderr, "  %s: using %s, version %s\n", p.name, path, version)
			return true, nil
		}
		version, err := p.installed.version(ctx, path)
		if err != nil || !fits(version, p.installed.minVersion) {
			continue
		}
		if err := os.RemoveAll(target); err != nil {
			return false, err
		}
		if err := os.Symlink(path, target); err != nil {
			return false, err
		}
		fmt.Fprintf(os.Stderr, "  %s: using %s, version %s\n", p.name, path, version)
		return true, os.WriteFile(stamp, []byte(wanted+version), 0o644)
	}
	return false, nil
}

// candidates returns the paths of the programs of that name on PATH, in its order. It skips the folder out, which
// `make env` adds to PATH.
func candidates(name, out string) []string {
	var paths []string
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if !filepath.IsAbs(dir) || sameFile(dir, out) {
			continue
		}
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// version runs the program and returns the version that it prints, such as v3.274.1.
func (i installed) version(ctx context.Context, path string) (string, error) {
	const timeout = 10 * time.Second
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, i.versionArgs...)
	cmd.Env = append(os.Environ(), "PULUMI_SKIP_UPDATE_CHECK=true") // nothing is downloaded
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// fits reports whether a version is a release of minimum's major version and not older than minimum.
func fits(version, minimum string) bool {
	v, ok := parseVersion(version)
	m, _ := parseVersion(minimum)
	if !ok || v[0] != m[0] {
		return false
	}
	if v[1] != m[1] {
		return v[1] > m[1]
	}
	return v[2] >= m[2]
}

// parseVersion parses a release such as v3.274.1. ok is false for everything else, also for a pre-release.
func parseVersion(version string) (numbers [3]int, ok bool) {
	n, err := fmt.Sscanf(version, "v%d.%d.%d", &numbers[0], &numbers[1], &numbers[2])
	return numbers, err == nil && n == 3 && version == fmt.Sprintf("v%d.%d.%d", numbers[0], numbers[1], numbers[2])
}
