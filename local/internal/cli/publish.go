package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/deploy"
)

// publishCommand uploads a new version of an artifact.
func publishCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "publish SERVICE FILE",
		Short: "Upload a file to the local cloud's bucket as the new version of an artifact",
		Long: "Upload a file to the local cloud's bucket, under a new path, as the new version of a service's artifact.\n" +
			"The next up deploys it. The old version stays in the bucket: to roll back, remove the entry from the printed config\n" +
			"file and run up.",
		Example: "  ferry publish bankchurn model.joblib\n  ferry publish --stack eks --artifact predictions bankchurn predictions.csv",
		Args:    cobra.ExactArgs(2),
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
		fmt.Fprintf(cmd.OutOrStdout(), "%s (sha256 %s)\nis the new %s of %s: deploy it with make up STACK=%s\nrecorded in %s\n",
			published.URL, published.SHA256, *artifact, args[0], layout.Stack, published.Config)
		return nil
	}
	return cmd
}
