package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/deploy"
)

// downCommand ends the local clouds.
func downCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "down",
		Short: "Stop the local cloud and leave nothing of it behind but what was built",
		Args:  cobra.NoArgs,
	}
	at := stacksFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		all, err := at()
		if err != nil {
			return err
		}
		var failures []error
		for _, p := range all {
			ended, err := deploy.Down(p)
			switch {
			case err != nil:
				failures = append(failures, fmt.Errorf("%s: %w", p.Stack, err))
			case ended:
				fmt.Fprintf(cmd.OutOrStdout(), "%s is down\n", p.Stack)
			default:
				fmt.Fprintf(cmd.OutOrStdout(), "%s was not running\n", p.Stack)
			}
		}
		return errors.Join(failures...)
	}
	return cmd
}
