package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestFits(t *testing.T) {
	for version, want := range map[string]bool{
		"v3.274.1":          true,
		"v3.274.2":          true,
		"v3.275.0":          true,
		"v3.1000.0":         true,
		"v3.274.0":          false,
		"v3.99.9":           false,
		"v2.300.0":          false,
		"v4.0.0":            false,
		"v3.275.0-alpha.1":  false,
		"v3.275.0-dev.0":    false,
		"v3.275":            false,
		"3.275.0":           false,
		"":                  false,
		"v3.275.0\nwarning": false,
	} {
		if got := fits(version, "v3.274.1"); got != want {
			t.Errorf("%q: got %t, want %t", version, got, want)
		}
	}
}

// fakeProgram writes a program that prints a version and counts its runs in the file runs beside it.
func fakeProgram(t *testing.T, version string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	script := fmt.Sprintf("#!/bin/sh\necho run >> %q\necho %s\n", filepath.Join(dir, "runs"), version)
	if err := os.WriteFile(filepath.Join(dir, "pulumi"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func runs(t *testing.T, dir string) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "runs"))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return len(content) / len("run\n")
}

func TestUseInstalled(t *testing.T) {
	const needed = "v3.274.1"
	older, equal := fakeProgram(t, "v3.274.0"), fakeProgram(t, needed)
	newer, nextMajor := fakeProgram(t, "v3.300.0"), fakeProgram(t, "v4.0.0")
	failing := t.TempDir()
	if err := os.WriteFile(filepath.Join(failing, "pulumi"), []byte("#!/bin/sh\necho "+needed+"\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, variable string
		path           []string
		// want is the folder whose program is used, "" for none.
		want string
	}{
		{name: "no program"},
		{name: "older version", path: []string{older}},
		{name: "next major version", path: []string{nextMajor}},
		{name: "program that fails", path: []string{failing}},
		{name: "same version", path: []string{equal}, want: equal},
		{name: "newer version", path: []string{newer}, want: newer},
		{name: "first one that fits", path: []string{older, newer, equal}, want: newer},
		{name: "relative folder", path: []string{".", "", equal}, want: equal},
		{name: "PULUMI=build", path: []string{equal}, variable: "build"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := t.TempDir()
			target := filepath.Join(out, "pulumi")
			// The folder of the link is on PATH after `make env`.
			setPath(t, append([]string{out}, c.path...)...)
			t.Setenv("PULUMI", c.variable)
			p := program{name: "pulumi", installed: &installed{minVersion: needed, versionArgs: []string{"version"}}}
			for range 2 { // the second time there is a link
				used, err := p.useInstalled(context.Background(), target, target+".stamp")
				if err != nil {
					t.Fatal(err)
				}
				linked, _ := os.Readlink(target)
				want := ""
				if c.want != "" {
					want = filepath.Join(c.want, "pulumi")
				}
				if used != (c.want != "") || linked != want {
					t.Fatalf("used: %t, link: %q, want %q", used, linked, want)
				}
			}
		})
	}
}

func TestUseInstalled_link(t *testing.T) {
	installedDir, out := fakeProgram(t, "v3.300.0"), t.TempDir()
	target := filepath.Join(out, "pulumi")
	p := program{name: "pulumi", installed: &installed{minVersion: "v3.274.1", versionArgs: []string{"version"}}}
	use := func(wantUsed bool, wantRuns int) {
		t.Helper()
		used, err := p.useInstalled(context.Background(), target, target+".stamp")
		if err != nil || used != wantUsed || runs(t, installedDir) != wantRuns {
			t.Fatalf("used: %t (want %t), runs: %d (want %d), %v", used, wantUsed, runs(t, installedDir), wantRuns, err)
		}
	}
	setPath(t, installedDir)
	use(true, 1)
	use(true, 1) // it is not asked for its version again
	setPath(t)   // as with sudo
	use(true, 1)
	p.installed.minVersion = "v3.299.0"
	use(true, 2)
	p.installed.minVersion = "v3.301.0"
	use(false, 3)
	p.installed.minVersion = "v3.274.1"
	if err := os.Remove(filepath.Join(installedDir, "pulumi")); err != nil {
		t.Fatal(err)
	}
	use(false, 3) // it was uninstalled
}

// setPath sets PATH to the folders, and to those of sh and echo.
func setPath(t *testing.T, dirs ...string) {
	t.Helper()
	path := ""
	for _, dir := range dirs {
		path += dir + string(os.PathListSeparator)
	}
	t.Setenv("PATH", path+"/nowhere")
}
