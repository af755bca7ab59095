package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/deploy"
	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/status"
)

// upCommand brings a stack up, or to what its config says now.
func upCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start the local cloud, deploy a stack into it and wait until it serves; again: an update",
		Args:  cobra.NoArgs,
	}
	at := stackFlag(cmd)
	addresses := cmd.Flags().String("range", os.Getenv(network.RangeEnv), "/16 for the node, its pods and services, such as 10.77; default 10.213 for gke, 10.214 for eks")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p, err := at()
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		if _, err := deploy.Up(cmd.Context(), deploy.Options{Layout: p, Range: *addresses, Out: out}); err != nil {
			return err
		}
		services, err := status.List(cmd.Context(), p)
		if err != nil {
			return err
		}
		fmt.Fprintln(out)
		if err := status.PrintTable(out, services); err != nil {
			return err
		}
		fmt.Fprintf(out, "\nexport KUBECONFIG=%s\n", p.Kubeconfig())
		return nil
	}
	return cmd
}
