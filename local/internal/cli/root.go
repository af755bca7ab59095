// Package cli implements the commands of ferry, one per file.
package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Root returns the command line.
func Root() *cobra.Command {
	root := &cobra.Command{
		Use:   "ferry",
		Short: "Run the modelferry stacks on a local cloud",
		Long: "ferry runs a local cloud on one Linux machine: a real Kubernetes, an object store and an image registry, with\n" +
			"Pulumi providers for them. It deploys the modelferry stacks there, without a cloud account.",
		Example:       "  ferry up\n  ferry status\n  ferry down",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(
		upCommand(), statusCommand(), downCommand(), envCommand(),
		previewCommand(), renderCommand(), imageCommand(), trainCommand(), nodeCommand(),
	)
	return root
}

// Run runs a command line and returns its exit code. The first interrupt cancels the command, the second one kills the
// process.
func Run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := Root()
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "ferry: %v\n", err)
		var exit *exitError
		if errors.As(err, &exit) {
			return exit.code
		}
		return 1
	}
	return 0
}

// exitError is an error with its own exit code.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }

func (e *exitError) Unwrap() error { return e.err }
