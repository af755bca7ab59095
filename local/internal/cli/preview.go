package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/engine"
)

// previewCommand shows the plan of a new stack, offline.
func previewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "preview",
		Short: "Show what a new stack would create, without a cloud account",
		Long: "Show what a new stack would create. The plan comes from the real Pulumi engine, without a cloud account or a\n" +
			"running local cloud.",
		Example: "  ferry preview --stack eks\n  ferry preview -c modelferry:releases.nlpinsight.backend=finbert",
		Args:    cobra.NoArgs,
	}
	layoutOf, override := layoutFlag(cmd), configFlags(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		// A preview writes nothing to the directory. Without one, the provider would connect to the cluster.
		options, err := offlineOptions(layoutOf, override, os.TempDir(), cmd.OutOrStdout())
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
