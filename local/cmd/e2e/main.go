// Command e2e runs the end-to-end tests, as root. Most of their time is waiting, so the scenarios of all stacks run
// side by side, each stack in a process of its own. Its output goes to .local/e2e/JOB.log and is printed when all
// have ended; meanwhile, the scenarios that begin and end are. Those that need the host alone run one after the other
// afterwards.
//
// usage: e2e [-run REGEXP] [-stack STACK]
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/paths"
)

func main() {
	run := flag.String("run", "", "run the tests that match `REGEXP`, as the flag of go test; default all")
	stack := flag.String("stack", "", "run the scenarios of this `stack` only: "+strings.Join(paths.Stacks, " or ")+"; default both")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := runTests(ctx, *run, *stack)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "e2e: %v\n", err)
		os.Exit(1)
	}
}

// runTests builds the tests and runs those that match. The error says which did not pass.
func runTests(ctx context.Context, run, stack string) error {
	stacks := paths.Stacks
	if stack != "" {
		if !slices.Contains(stacks, stack) {
			return fmt.Errorf("invalid stack %q: must be %s", stack, strings.Join(stacks, " or "))
		}
		stacks = []string{stack}
	}
	root, err := paths.FindRoot()
	if err != nil {
		return err
	}
	work := filepath.Join(root, ".local", "e2e")
	if err := os.MkdirAll(work, 0o755); err != nil {
		return err
	}
	if err := build(ctx, filepath.Join(root, "local"), work); err != nil {
		return err
	}
	var failures []error
	ran := false
	for _, stage := range plan(run, stacks, os.Getenv(network.RangeEnv) != "") {
		if stage, err = stage.matching(ctx, root, work); err != nil {
			return err
		}
		ran = ran || len(stage) > 0
		failures = append(failures, stage.run(ctx, root, work, os.Stdout))
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if !ran {
		return fmt.Errorf("no test matches %q", run)
	}
	return errors.Join(failures...)
}

// build builds the test binaries in the module's folder, each once for all jobs.
func build(ctx context.Context, module, out string) error {
	args := []string{"test", "-tags", "e2e", "-c", "-o", out + "/"}
	cmd := exec.CommandContext(ctx, "go", append(args, scenarios, providerTests)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = module, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build the tests: %w", err)
	}
	return nil
}
