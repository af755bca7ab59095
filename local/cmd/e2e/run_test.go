package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// repository returns a folder with the packages of the tests, and one with a script instead of their binaries.
func repository(t *testing.T, script string) (root, work string) {
	t.Helper()
	root, work = t.TempDir(), t.TempDir()
	for _, pkg := range []string{scenarios, providerTests} {
		require.NoError(t, os.MkdirAll(filepath.Join(root, "local", pkg), 0o755))
		file := filepath.Join(work, filepath.Base(pkg)+".test")
		require.NoError(t, os.WriteFile(file, []byte("#!/bin/sh\nwork="+work+"\n"+script), 0o755))
	}
	return root, work
}

// Each job waits for the other one: they run at the same time. One fails, and the output of both is printed.
func TestStage_run_together(t *testing.T) {
	root, work := repository(t, `
echo "=== RUN   TestModelUpdate/$6"
touch $work/$6
for i in $(seq 1000); do test -e $work/gke && test -e $work/eks && break; sleep 0.02; done
test -e $work/gke && test -e $work/eks || exit 2
echo "details of $6"
test $6 = gke || { echo "--- FAIL: TestModelUpdate (1.50s)"; exit 1; }
echo "--- PASS: TestModelUpdate (2.00s)"
`)
	jobs := plan("", []string{"gke", "eks"}, false)[0][1:]
	var out bytes.Buffer
	err := jobs.run(t.Context(), root, work, &out)
	require.EqualError(t, err, "eks: exit status 1: see "+filepath.Join(work, "eks.log"))
	for _, line := range []string{
		`s  gke       begins TestModelUpdate/gke`, `s  eks       begins TestModelUpdate/eks`,
		`s  gke       PASS TestModelUpdate, 2.00s`, `s  eks       FAIL TestModelUpdate, 1.50s`,
	} {
		require.Contains(t, out.String(), line)
	}
	require.Regexp(
		t,
		`(?s)\n== gke\n=== RUN   TestModelUpdate/gke\ndetails of gke\n--- PASS.*\n== eks\n=== RUN .*details of eks\n--- FAIL`,
		out.String(),
	)
}

// The output of a single job is printed as it is.
func TestStage_run_single(t *testing.T) {
	root, work := repository(t, `echo "details in $(basename "$PWD")"`)
	var out bytes.Buffer
	require.NoError(t, stage{{name: "gke", pkg: scenarios, stack: "gke"}}.run(t.Context(), root, work, &out))
	require.Equal(t, "details in e2e\n", out.String())
}

func TestStage_matching(t *testing.T) {
	root, work := repository(t, `
test "$1" = -test.list || exit 1
case "$0" in */e2e.test) echo TestRollback; esac
echo "ok  	package	0.1s"
`)
	stages := plan("TestRollback/gke", []string{"gke"}, false)
	provider, err := stages[0].matching(t.Context(), root, work)
	require.NoError(t, err)
	require.Empty(t, provider)
	cloud, err := stages[1].matching(t.Context(), root, work)
	require.NoError(t, err)
	require.Equal(t, stages[1], cloud)
}

func TestProgressLine(t *testing.T) {
	for name, tt := range map[string]struct{ line, stack, want string }{
		"scenario":                {"=== RUN   TestUp/gke", "gke", "begins TestUp/gke"},
		"scenario of a subtest":   {"=== RUN   TestUp/irsa/eks", "eks", "begins TestUp/irsa/eks"},
		"test of a scenario":      {"=== RUN   TestUp", "gke", ""},
		"subtest of a scenario":   {"=== RUN   TestUp/gke/corrupt", "gke", ""},
		"test":                    {"=== RUN   TestServer", "", "begins TestServer"},
		"subtest":                 {"=== RUN   TestServer/create", "", ""},
		"end":                     {"--- PASS: TestUp (12.30s)", "gke", "PASS TestUp, 12.30s"},
		"failure":                 {"--- FAIL: TestUp (0.00s)", "gke", "FAIL TestUp, 0.00s"},
		"no scenario for a stack": {"--- PASS: TestUp (0.00s)", "gke", ""},
		"end of a subtest":        {"    --- PASS: TestUp/gke (12.30s)", "gke", ""},
		"output":                  {"12.3s  building the images", "gke", ""},
	} {
		t.Run(name, func(t *testing.T) {
			text, ok := progressLine(tt.line, tt.stack)
			require.Equal(t, tt.want != "", ok)
			if ok {
				require.Equal(t, tt.want, text)
			}
		})
	}
}

// Lines arrive in parts.
func TestProgress_Write(t *testing.T) {
	var lines []string
	p := &progress{stack: "gke", print: func(line string) { lines = append(lines, line) }}
	for _, part := range []string{"=== RUN   TestUp\n=== RUN   Test", "Up/gke\nx", "\n--- PASS: TestUp (1.00s)", "\n"} {
		n, err := p.Write([]byte(part))
		require.NoError(t, err)
		require.Equal(t, len(part), n)
	}
	require.Equal(t, []string{"begins TestUp/gke", "PASS TestUp, 1.00s"}, lines)
}
