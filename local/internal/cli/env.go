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
	at := stackFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p, err := at()
		if err != nil {
			return err
		}
		if _, err := node.ReadInfo(p); err != nil {
			return fmt.Errorf("%s: %w: run make up STACK=%s first", p.Stack, err, p.Stack)
		}
		exports, err := engine.ShellExports(p, "")
		if err != nil {
			return err
		}
		fmt.Fprint(cmd.OutOrStdout(), exports)
		return nil
	}
	return cmd
}
