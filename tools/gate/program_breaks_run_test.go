//go:build breaks

package gate

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestProgramBreaks_detected breaks a copy of the program, one break after the other. Each has to fail its test.
func TestProgramBreaks_detected(t *testing.T) {
	root := copyRepository(t)
	copyPrograms(t, filepath.Join(root, ".local/bin"))
	for _, b := range programBreaks {
		t.Run(strings.ReplaceAll(b.name, " ", "_"), func(t *testing.T) {
			file := filepath.Join(root, b.file)
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(strings.Replace(string(content), b.before, b.after, 1)), 0o644); err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := os.WriteFile(file, content, 0o644); err != nil {
					t.Fatal(err)
				}
			}()
			out, err := b.command(root).CombinedOutput()
			if err == nil {
				t.Fatalf("%s passes:\n%s", b.test, out)
			}
			if !strings.Contains(string(out), "--- FAIL: "+b.test) {
				t.Fatalf("%s did not fail, but something else did:\n%s", b.test, out)
			}
			t.Logf("detected by %s", b.test)
		})
	}
}

// command returns the command that runs the break's test in the copy of the repository.
func (b programBreak) command(root string) *exec.Cmd {
	run := "^" + b.test + "$"
	cmd := exec.Command("go", "test", "-C", filepath.Join(root, b.dir), "-count=1", "-run", run, b.pkg)
	if b.stack != "" {
		cmd = exec.Command("make", "--no-print-directory", "-C", root, "e2e", "RUN="+run, "STACK="+b.stack)
	}
	bin := filepath.Join(root, ".local/bin")
	cmd.Env = append(os.Environ(), "MAKEFLAGS=", "MAKELEVEL=", "MFLAGS=", fmt.Sprintf("MODELFERRY_BIN=%s", bin))
	return cmd
}

// copyPrograms replaces the link to .local/bin by a copy: the end-to-end tests build the broken program there.
func copyPrograms(t *testing.T, link string) {
	t.Helper()
	programs, err := filepath.EvalSymlinks(link)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(link, os.DirFS(programs)); err != nil {
		t.Fatal(err)
	}
}
