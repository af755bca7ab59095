package cli

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/cli/stackfile"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/plugins"
)

// envCommand prints shell exports for a pulumi CLI.
func envCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print shell exports for running pulumi and modelferry against a local cloud",
		Long: "Print shell exports: the state backend, the config, the providers and the kubeconfig of a running local cloud,\n" +
			"and the credentials of an account that may release models. With them pulumi and modelferry work on it as on a\n" +
			"real cloud.",
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
		variables, err := releaserVariables(layout)
		if err != nil {
			return err
		}
		exports, err := engine.ShellExports(layout, "", variables)
		if err != nil {
			return err
		}
		fmt.Fprint(cmd.OutOrStdout(), exports)
		return nil
	}
	return cmd
}

// releaserVariables returns the environment variables for modelferry: the credentials for the object stores of all
// running local clouds, and their stack files, so that a release can be promoted from one to the other.
func releaserVariables(layout paths.Layout) ([][2]string, error) {
	var variables [][2]string
	var files []string
	for _, stack := range paths.Stacks {
		running, err := paths.New(layout.Root, stack)
		if err != nil {
			return nil, err
		}
		info, err := node.ReadInfo(running)
		if errors.Is(err, node.ErrNotRunning) {
			continue
		}
		if err != nil {
			return nil, err
		}
		credentials, err := plugins.ReleaserVariables(running, info)
		if err != nil {
			return nil, err
		}
		variables = append(variables, credentials...)
		files = append(files, stack+"="+running.StackFile())
	}
	return append(variables, [2]string{stackfile.FilesVariable, strings.Join(files, string(os.PathListSeparator))}), nil
}
