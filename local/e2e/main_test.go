//go:build e2e

// Package e2e runs the local cloud as its users do, on both stacks, and checks what is really there: pods, the
// models that they serve, and what is left afterwards. Each test is a scenario that can be run alone:
//
//	make e2e RUN=TestModelUpdate STACK=gke
//
// The scenarios of a stack share one local cloud. The first one starts it; each puts back what it changed.
package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/modelferry/modelferry/local/internal/paths"
)

var stackFlag = flag.String("stack", "", "run the scenarios on this stack only: gke or eks; default both")

func TestMain(m *testing.M) {
	flag.Parse()
	disableTestCache()
	if *stackFlag != "" && !slices.Contains(paths.Stacks, *stackFlag) {
		fmt.Fprintf(os.Stderr, "invalid stack %q: must be %s\n", *stackFlag, strings.Join(paths.Stacks, " or "))
		os.Exit(2)
	}
	if err := installHostTools(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := stopClouds(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// disableTestCache keeps the go command from caching the result, also without -count=1. It caches a result with
// the list of files that the test read, and knows nothing of the programs that a test runs: without that list
// it caches nothing.
func disableTestCache() {
	if list := flag.Lookup("test.testlogfile"); list != nil {
		_ = list.Value.Set("")
	}
}

// installHostTools installs what hostSnapshot needs. The local cloud itself does without ip, and installs
// iptables at its first start.
func installHostTools() error {
	for program, debian := range map[string]string{"ip": "iproute2", "iptables-save": "iptables"} {
		if _, err := exec.LookPath(program); err == nil {
			continue
		}
		fmt.Printf("installing %s for %s\n", debian, program)
		for _, args := range [][]string{{"update"}, {"install", "-y", "--no-install-recommends", debian}} {
			install := exec.Command("apt-get", args...)
			install.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
			install.Stderr = os.Stderr
			if err := install.Run(); err != nil {
				return fmt.Errorf("%s is missing, and installing %s failed: %w", program, debian, err)
			}
		}
	}
	return nil
}
