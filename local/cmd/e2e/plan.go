package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// scenarios and providerTests are the packages of the end-to-end tests, in the module local.
const (
	scenarios     = "./e2e"
	providerTests = "./internal/provider/kubernetes"
)

// timeout limits each job, as the flag of go test. It is reached only by a test that hangs.
const timeout = "60m"

// job runs the tests of one package in a process.
type job struct {
	// name is that of the log, without .log.
	name string
	// pkg is scenarios or providerTests.
	pkg string
	// stack whose scenarios run; empty for other tests.
	stack string
	// run is the flag of go test, or empty.
	run string
	// host is the flag of the scenarios, see local/e2e.
	host string
}

// stage are the jobs that run at the same time.
type stage []job

// plan returns the stages of a run of one stack or several. Stacks do not run together if they have the same range of
// addresses.
func plan(run string, stacks []string, sameRange bool) []stage {
	provider := job{name: "provider", pkg: providerTests, run: run}
	together, alone := stage{provider}, []stage(nil)
	for _, name := range stacks {
		if len(stacks) == 1 || sameRange { // it has the host alone at any time
			alone = append(alone, stage{{name: name, pkg: scenarios, stack: name, run: run}})
			continue
		}
		together = append(together, job{name: name, pkg: scenarios, stack: name, run: run, host: "shared"})
		alone = append(alone, stage{{name: name + "-alone", pkg: scenarios, stack: name, run: run, host: "alone"}})
	}
	return append([]stage{together}, alone...)
}

// command returns the command of a job. Tests run in the folder of their package, as go test runs them.
func (j job) command(ctx context.Context, root, work string, args ...string) *exec.Cmd {
	if j.stack != "" {
		args = append(args, "-stack", j.stack)
	}
	if j.host != "" {
		args = append(args, "-host", j.host)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(work, filepath.Base(j.pkg)+".test"), args...)
	cmd.Dir = filepath.Join(root, "local", j.pkg)
	return cmd
}

// testCommand returns the command that runs a job's tests.
func (j job) testCommand(ctx context.Context, root, work string) *exec.Cmd {
	args := []string{"-test.v", "-test.paniconexit0", "-test.timeout", timeout}
	if j.run != "" {
		args = append(args, "-test.run", j.run)
	}
	return j.command(ctx, root, work, args...)
}

var testName = regexp.MustCompile(`(?m)^Test`)

// matching returns the jobs that have a test to run.
func (s stage) matching(ctx context.Context, root, work string) (stage, error) {
	var jobs stage
	for _, j := range s {
		pattern, _, _ := strings.Cut(j.run, "/") // the names of subtests are not listed
		list := j.command(ctx, root, work, "-test.list", "("+pattern+")")
		listed, err := list.Output()
		if err != nil {
			return nil, fmt.Errorf("list the tests of %s: %w", j.pkg, err)
		}
		if testName.Match(listed) {
			jobs = append(jobs, j)
		}
	}
	return jobs, nil
}
