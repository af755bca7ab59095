package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/deploy"
)

// downCommand stops the local clouds.
func downCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "down",
		Short: "Stop the local clouds and remove their data",
		Long: "Stop the local clouds and remove their data: processes, network link, cgroup, buckets, state, keys and logs.\n" +
			"Built programs in .local/bin stay. Without --stack, all local clouds are stopped.",
		Example: "  ferry down\n  ferry down --stack eks",
		Args:    cobra.NoArgs,
	}
	layoutsOf := layoutsFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		layouts, err := layoutsOf()
		if err != nil {
			return err
		}
		var errs []error
		for _, layout := range layouts {
			existed, err := deploy.Down(layout)
			switch {
			case err != nil:
				errs = append(errs, fmt.Errorf("%s: %w", layout.Stack, err))
			case existed:
				fmt.Fprintf(cmd.OutOrStdout(), "%s is down\n", layout.Stack)
			default:
				fmt.Fprintf(cmd.OutOrStdout(), "%s was not running\n", layout.Stack)
			}
		}
		return errors.Join(errs...)
	}
	return cmd
}
