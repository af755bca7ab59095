package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/engine"
)

// renderCommand writes a stack's Kubernetes objects as YAML.
func renderCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "render",
		Short:   "Write a stack's Kubernetes objects as YAML files",
		Long:    "Write a stack's Kubernetes objects as YAML files, for review or for tools such as kubeconform.",
		Example: "  ferry render --dir out\n  ferry render --stack eks --overlay more.yaml --dir out",
		Args:    cobra.NoArgs,
	}
	layoutOf, override := layoutFlag(cmd), configFlags(cmd)
	dir := cmd.Flags().StringP("dir", "d", "", "folder to write to (required)")
	_ = cmd.MarkFlagRequired("dir") // fails for an undefined flag only
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		options, err := offlineOptions(layoutOf, override, *dir, nil)
		if err != nil {
			return err
		}
		if _, err := engine.Render(cmd.Context(), options); err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "the Kubernetes objects of %s are in %s\n", options.Layout.Stack, *dir)
		return nil
	}
	return cmd
}
