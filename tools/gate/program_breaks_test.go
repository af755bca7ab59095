package gate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// programBreak is a change of the program by which it deploys something wrong, insecure or unstable.
type programBreak struct {
	name string
	// file to change, and the text to replace, which occurs in it once.
	file, before, after string
	// dir of the module, pkg in it, and the test that has to fail.
	dir, pkg, test string
	// stack is set for a scenario of the end-to-end tests: gke or eks.
	stack string
}

var programBreaks = slices.Concat(iamBreaks, orderBreaks, serverSetBreaks, workloadBreaks, localCloudBreaks)

// TestProgramBreaks_applicable keeps programBreaks up to date with the program. `make breaks` runs them.
func TestProgramBreaks_applicable(t *testing.T) {
	names := map[string]bool{}
	for _, b := range programBreaks {
		content, err := os.ReadFile(filepath.Join("../..", b.file))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(content), b.before); n != 1 {
			t.Errorf("%s: %s has %d matches of %q, expected 1", b.name, b.file, n, b.before)
		}
		if names[b.name] {
			t.Errorf("two breaks have the name %q", b.name)
		}
		names[b.name] = true
	}
}
