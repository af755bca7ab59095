package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/cloudstate"
	"github.com/modelferry/modelferry/local/internal/deploy"
	"github.com/modelferry/modelferry/local/internal/monitoring"
	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/status"
)

// rangeHelp returns the help for --range, with the default of each stack.
func rangeHelp() string {
	var defaults []string
	for _, cloud := range clouds.All {
		defaults = append(defaults, fmt.Sprintf("%s for %s", cloud.AddressRange, cloud.Name))
	}
	return "/16 of the node, its pods and services, such as 10.77 (default " + strings.Join(defaults, ", ") + ")"
}

// upCommand deploys a stack to its local cloud, or updates it.
func upCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start a local cloud and deploy a stack to it, or update the stack",
		Long: "Start a local cloud and deploy a stack to it: Kubernetes, object store, registry, images, artifacts, then the\n" +
			"Pulumi program. It returns when all services are ready. If the local cloud runs, the stack is updated.\n" +
			"Fake servers load no model and report digests. Real servers are those in examples/: Python from Debian's packages,\n" +
			"with models that are trained on this machine. They need Debian 12 on amd64.",
		Example: "  ferry up\n  ferry up --servers real\n  ferry up --stack eks --range 10.77\n  ferry up --propagation-delay 20s",
		Args:    cobra.NoArgs,
	}
	layoutOf := layoutFlag(cmd)
	addressRange := cmd.Flags().String("range", os.Getenv(network.RangeEnv), rangeHelp())
	propagationDelay := cmd.Flags().String("propagation-delay", os.Getenv(cloudstate.PropagationDelayEnv), fmt.Sprintf(
		"`DURATION` until a change of a permission has an effect; stays until it is set again (default %s)",
		cloudstate.DefaultPropagationDelay))
	monitor := cmd.Flags().String("monitoring", os.Getenv(monitoring.Env),
		"1 deploys Prometheus and Alertmanager, too; stays until down")
	servers := cmd.Flags().String("servers", os.Getenv(deploy.ServersEnv),
		"model servers of a new stack, until ferry down: "+strings.Join(deploy.Servers.Values, " or "))
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		layout, err := layoutOf()
		if err != nil {
			return err
		}
		out := cmd.OutOrStdout()
		options := deploy.Options{
			Layout: layout, Range: *addressRange, PropagationDelay: *propagationDelay, Servers: *servers, Monitoring: *monitor, Out: out,
		}
		if _, err := deploy.Up(cmd.Context(), options); err != nil {
			return err
		}
		services, err := status.List(cmd.Context(), layout)
		if err != nil {
			return err
		}
		fmt.Fprintln(out)
		if err := printStatus(out, layout, services); err != nil {
			return err
		}
		if err := monitoring.PrintURLs(cmd.Context(), out, layout); err != nil {
			return err
		}
		fmt.Fprintf(out, "\nexport KUBECONFIG=%s\n", layout.Kubeconfig())
		return nil
	}
	return cmd
}
