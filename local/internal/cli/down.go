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
	layoutsOf := layoutsFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		layouts, err := layoutsOf()
		if err != nil {
			return err
		}
		var failures []error
		for _, layout := range layouts {
			wasRunning, err := deploy.Down(layout)
			switch {
			case err != nil:
				failures = append(failures, fmt.Errorf("%s: %w", layout.Stack, err))
			case wasRunning:
				fmt.Fprintf(cmd.OutOrStdout(), "%s is down\n", layout.Stack)
			default:
				fmt.Fprintf(cmd.OutOrStdout(), "%s was not running\n", layout.Stack)
			}
		}
		return errors.Join(failures...)
	}
	return cmd
}
