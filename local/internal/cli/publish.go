package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/deploy"
)

// publishCommand puts a new version of an artifact into its bucket.
func publishCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "publish SERVICE FILE",
		Short: "Put a file into the local cloud's bucket, and make it the live version of an artifact",
		Long: "Put a file into the local cloud's bucket, at a path of its own, and make it the live version of a service's artifact.\n" +
			"It goes live with the next up. The old version stays in the bucket: remove its entry from the printed config to go back.",
		Args: cobra.ExactArgs(2),
	}
	layoutOf := layoutFlag(cmd)
	artifact := cmd.Flags().String("artifact", config.ModelArtifact, "name of the artifact in the catalogue")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		layout, err := layoutOf()
		if err != nil {
			return err
		}
		published, err := deploy.Publish(cmd.Context(), layout, args[0], *artifact, args[1])
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "%s (sha256 %s)\nis the %s of %s from the next up on: make up STACK=%s\nthe change stands in %s\n",
			published.URL, published.SHA256, *artifact, args[0], layout.Stack, published.Config)
		return nil
	}
	return cmd
}
