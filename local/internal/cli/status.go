package cli

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/status"
)

// statusCommand shows what runs.
func statusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show what runs, with each pod's model digest and fetch time",
		Args:  cobra.NoArgs,
	}
	at := stacksFlag(cmd)
	format := cmd.Flags().StringP("output", "o", "", "json for a program to read")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		all, err := at()
		if err != nil {
			return err
		}
		found := map[string][]status.Service{}
		for _, p := range all {
			if _, err := node.ReadInfo(p); errors.Is(err, node.ErrNotRunning) {
				continue
			} else if err != nil {
				return err
			}
			if found[p.Stack], err = status.List(cmd.Context(), p); err != nil {
				return err
			}
		}
		out := cmd.OutOrStdout()
		if *format == "json" {
			encoder := json.NewEncoder(out)
			encoder.SetIndent("", "  ")
			return encoder.Encode(found)
		}
		for _, p := range all {
			services, running := found[p.Stack]
			if !running {
				fmt.Fprintf(out, "%s: not running (make up STACK=%s)\n", p.Stack, p.Stack)
				continue
			}
			fmt.Fprintf(out, "%s: running, kubeconfig %s\n", p.Stack, p.Kubeconfig())
			if err := status.PrintTable(out, services); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}
