package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/engine"
)

// previewCommand shows the plan from the repository's files alone.
func previewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "preview",
		Short: "Show what a stack would make, from nothing, with the real engine and no cloud account",
		Args:  cobra.NoArgs,
	}
	layoutOf, override := layoutFlag(cmd), configFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		options, err := offlineOptions(layoutOf, override, cmd.OutOrStdout())
		if err != nil {
			return err
		}
		summary, err := engine.Preview(cmd.Context(), options)
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "plan of %s: %s\n", options.Layout.Stack, summary)
		return nil
	}
	return cmd
}
