// Package command implements the commands of modelferry, one per file.
package command

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
)

// Root returns the command line.
func Root() *cobra.Command {
	root := &cobra.Command{
		Use:   "modelferry",
		Short: "Release models to the stacks of modelferry",
		Long: "modelferry releases models: it uploads an artifact under a path that contains its digest, records the release in\n" +
			"the bucket, and writes path, digest and size into the stack files. It rolls back, and shows what runs where.\n\n" +
			"Exit codes: 0 done; 1 failed or different; 2 invalid usage, config or file; 3 no rights; 4 not found;\n" +
			"8 interrupted or timed out.",
		Example: "  modelferry release bankchurn model.joblib --stack gke\n" +
			"  modelferry history bankchurn\n" +
			"  modelferry rollback bankchurn --stack gke",
		Version:       version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetVersionTemplate("modelferry {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return exitcode.WithCode(exitcode.Invalid, fmt.Errorf("%w: see %s --help", err, cmd.CommandPath()))
	})
	addOutputFlags(root)
	root.AddCommand(
		releaseCommand(), rollbackCommand(), historyCommand(), promoteCommand(), verifyCommand(), statusCommand(), initCommand(),
		versionCommand(),
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
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintf(root.ErrOrStderr(), "modelferry: %v\n", err)
	}
	return exitcode.Of(ctx, err)
}
