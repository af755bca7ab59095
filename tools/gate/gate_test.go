// Package gate tests make test itself: a change that breaks the program has to fail it, also while Go's test cache
// holds the results of the unchanged program.
package gate

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// breaks are changes that a test has to detect. Go's test cache does not see what they change: a program that the test
// starts, or a file outside the test's module.
var breaks = []struct {
	name string
	// module to test, and the test that has to fail.
	module, run string
	// file to change; every match of pattern is replaced.
	file, pattern, replacement string
}{
	{
		name: "program that a test starts", module: "fetcher", run: "TestFetcher_publishedFileModes",
		file: "fetcher/main.go", pattern: `syscall\.Umask\(0o022\)`, replacement: "_ = syscall.Umask",
	},
	{
		name: "file outside the module", module: "stack/iamtest", run: "TestAccess_matrix",
		file: "Pulumi.eks.yaml", pattern: `modelferry:cloud: eks`, replacement: "modelferry:cloud: aks",
	},
	{
		name: "stack file that modelferry init would write", module: "cli", run: "TestRender_repositoryStacks",
		file: "Pulumi.gke.yaml", pattern: `nodes: \{min: 1, max: 5\}`, replacement: "nodes: {min: 1, max: 6}",
	},
	{
		name: "threshold of an alert, which promtool tests", module: "tools/monitoring", run: "TestRules_promtoolTests",
		file: "monitoring/rules/server.yaml", pattern: `ratio5m > 0\.05`, replacement: "ratio5m > 0.5",
	},
}

func TestMakeTest_detectsBreak(t *testing.T) {
	root := copyRepository(t)
	for _, b := range breaks {
		t.Run(b.name, func(t *testing.T) {
			if out, err := makeTest(root, b.module, b.run); err != nil {
				t.Fatalf("before the change: %v\n%s", err, out)
			}
			restore := replace(t, filepath.Join(root, b.file), b.pattern, b.replacement)
			defer restore()
			out, err := makeTest(root, b.module, b.run)
			if err == nil {
				t.Fatalf("make test does not notice that %s was changed:\n%s", b.file, out)
			}
			if !strings.Contains(out, "--- FAIL: "+b.run) {
				t.Fatalf("%s did not fail, but something else did:\n%s", b.run, out)
			}
		})
	}
}

// makeTest runs one test of one module the way make test runs it.
func makeTest(root, module, run string) (string, error) {
	cmd := exec.Command("make", "--no-print-directory", "-C", root, "test", "MODULES="+module, "RUN=^"+run+"$")
	// The make that runs this test exports its own variables.
	cmd.Env = append(os.Environ(), "MAKEFLAGS=", "MAKELEVEL=", "MFLAGS=")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// replace changes a file and returns a function that restores it.
func replace(t *testing.T, file, pattern, replacement string) func() {
	t.Helper()
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	after := regexp.MustCompile(pattern).ReplaceAll(before, []byte(replacement))
	if string(after) == string(before) {
		t.Fatalf("%s: no match of %s", file, pattern)
	}
	write := func(content []byte) {
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(after)
	return func() { write(before) }
}

// copyRepository copies the working tree without .local. It links the programs in .local/bin, which the tests start.
func copyRepository(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	target := t.TempDir()
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case name == ".git" || name == ".local":
			return filepath.SkipDir
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(target, name), 0o755)
		case !entry.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(target, name), content, 0o755)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(target, ".local"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(root, ".local/bin"), filepath.Join(target, ".local/bin")); err != nil {
		t.Fatal(err)
	}
	return target
}
