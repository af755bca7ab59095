package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/node"
)

// envCommand prints shell exports for a pulumi CLI.
func envCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print shell exports for running the pulumi CLI against a local cloud",
		Long: "Print shell exports: the state backend, the config, the providers and the kubeconfig of a running local cloud.\n" +
			"With them the pulumi CLI works on it as on a real cloud.",
		Example: "  eval \"$(ferry env --stack gke)\"\n  pulumi preview -s gke",
		Args:    cobra.NoArgs,
	}
	layoutOf := layoutFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		layout, err := layoutOf()
		if err != nil {
			return err
		}
		if _, err := node.ReadInfo(layout); err != nil {
			return fmt.Errorf("%s: %w: run `make up STACK=%s` first", layout.Stack, err, layout.Stack)
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
