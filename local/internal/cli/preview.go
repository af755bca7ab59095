package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/engine"
)

// previewCommand shows the plan of a new stack, or of a change, offline.
func previewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "preview",
		Short: "Show what a new stack would create, or what a change does, without a cloud account",
		Long: "Show what a new stack would create. The plan comes from the real Pulumi engine, without a cloud account or a\n" +
			"running local cloud.\n\n" +
			"With --base, show what changes compared with a commit, for all stacks or for one: the commit's version of the\n" +
			"stack is deployed to a temporary state, without a cloud, and an update is planned from it to the files in this\n" +
			"directory, also those that are not committed. A plan that replaces or deletes a cluster, a node pool, a bucket or a\n" +
			"key ends with exit code 3, unless that is allowed.",
		Example: "  ferry preview --stack eks\n  ferry preview -c modelferry:releases.nlpinsight.backend=finbert\n" +
			"  ferry preview --base origin/main --out plan.md --out plan.json",
		Args: cobra.NoArgs,
	}
	layoutOf, override := layoutFlag(cmd), configFlags(cmd)
	change, useOfficial := changeFlags(cmd), providersFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		isOfficial, err := useOfficial()
		if err != nil {
			return err
		}
		change.official = isOfficial
		if change.base != "" {
			return change.run(cmd, layoutOf, override)
		}
		if change.format != textFormat || len(change.out) > 0 {
			return errors.New("--format and --out are for the plan of a change: add --base, such as --base origin/main")
		}
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
		if isOfficial {
			return validateOfficially(cmd.Context(), options.Layout, override, cmd.ErrOrStderr())
		}
		return nil
	}
	return cmd
}
