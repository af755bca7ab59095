package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/node"
)

// envCommand prints what an ordinary pulumi CLI needs to work on the local cloud.
func envCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print the exports with which an ordinary pulumi CLI works against the running local cloud",
		Long:  "Print the exports with which an ordinary pulumi CLI works against the running local cloud:\n\n  eval \"$(make -s env)\"; pulumi up -s gke",
		Args:  cobra.NoArgs,
	}
	layoutOf := layoutFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		layout, err := layoutOf()
		if err != nil {
			return err
		}
		if _, err := node.ReadInfo(layout); err != nil {
			return fmt.Errorf("%s: %w: run make up STACK=%s first", layout.Stack, err, layout.Stack)
		}
		exports, err := engine.ShellExports(layout, "")
		if err != nil {
			return err
		}
		fmt.Fprint(cmd.OutOrStdout(), exports)
		return nil
	}
	return cmd
}
