// Package cli is ferry's command line: one command a file.
package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// Root is the command line.
func Root() *cobra.Command {
	root := &cobra.Command{
		Use:           "ferry",
		Short:         "A cloud on one machine for the modelferry stacks",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(
		upCommand(), statusCommand(), publishCommand(), downCommand(), envCommand(),
		previewCommand(), renderCommand(), imageCommand(), nodeCommand(),
	)
	return root
}

// Run runs a command line and returns the exit code. An interrupt ends the command in order, a second one at
// once.
func Run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	root := Root()
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "ferry: %v\n", err)
		return 1
	}
	return 0
}
