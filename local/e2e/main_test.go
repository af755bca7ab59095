//go:build e2e

// Package e2e runs the local cloud as its users do, on both stacks, and checks what is really there: pods, the
// models that they serve, and what is left afterwards. Each test is a scenario that can be run alone:
//
//	make e2e RUN=TestModelUpdate STACK=gke
//
// The scenarios of a stack share one local cloud. The first one starts it; each puts back what it changed. Scenarios of
// another stack may run at the same time, in another process, except beside those of forEachStackAlone.
package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/modelferry/modelferry/local/internal/node/hostdeps"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/repotest"
)

var (
	stackFlag = flag.String("stack", "", "run the scenarios on this stack only: gke or eks; default both")
	hostFlag  = flag.String("host", "", "run only the scenarios beside which those of another stack may run (shared), "+
		"or only the others (alone); default all")
)

func TestMain(m *testing.M) {
	flag.Parse()
	repotest.DisableCache()
	if *stackFlag != "" && !slices.Contains(paths.Stacks, *stackFlag) {
		fmt.Fprintf(os.Stderr, "invalid stack %q: must be %s\n", *stackFlag, strings.Join(paths.Stacks, " or "))
		os.Exit(2)
	}
	if !slices.Contains([]string{"", "shared", "alone"}, *hostFlag) {
		fmt.Fprintf(os.Stderr, "invalid -host %q: must be shared or alone\n", *hostFlag)
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

// installHostTools installs what hostSnapshot needs. The local cloud itself does without ip, and installs
// iptables at its first start.
func installHostTools() error {
	var missing []string
	for program, debian := range map[string]string{"ip": "iproute2", "iptables-save": "iptables"} {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, debian)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	apt, ok := hostdeps.FindApt()
	if !ok {
		return fmt.Errorf("missing packages %s: install them, this machine has no apt-get", strings.Join(missing, ", "))
	}
	return apt.Install(context.Background(), missing, func(line string) { fmt.Println(line) })
}
