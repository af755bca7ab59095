package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/deploy"
	"github.com/modelferry/modelferry/local/internal/examples"
	"github.com/modelferry/modelferry/local/internal/monitoring"
	"github.com/modelferry/modelferry/local/internal/node"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/status"
)

// statusCommand shows the pods and the models that they serve.
func statusCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the pods with their models' digests and fetch times",
		Long: "Show the pods of the running local clouds. Digests come from the model servers: fake ones read the file for each\n" +
			"request. For each real server there is a command that asks for a prediction.",
		Example: "  ferry status\n  ferry status --stack gke --output json",
		Args:    cobra.NoArgs,
	}
	layoutsOf := layoutsFlag(cmd)
	format := cmd.Flags().StringP("output", "o", "", "output format: json, or a table if empty")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		layouts, err := layoutsOf()
		if err != nil {
			return err
		}
		byStack := map[string][]status.Service{}
		for _, layout := range layouts {
			if _, err := node.ReadInfo(layout); errors.Is(err, node.ErrNotRunning) {
				continue
			} else if err != nil {
				return err
			}
			if byStack[layout.Stack], err = status.List(cmd.Context(), layout); err != nil {
				return err
			}
		}
		out := cmd.OutOrStdout()
		if *format == "json" {
			encoder := json.NewEncoder(out)
			encoder.SetIndent("", "  ")
			return encoder.Encode(byStack)
		}
		for _, layout := range layouts {
			services, running := byStack[layout.Stack]
			if !running {
				fmt.Fprintf(out, "%s: not running (make up STACK=%s)\n", layout.Stack, layout.Stack)
				continue
			}
			fmt.Fprintf(out, "%s: running, kubeconfig %s\n", layout.Stack, layout.Kubeconfig())
			if err := printStatus(out, layout, services); err != nil {
				return err
			}
			if err := monitoring.PrintURLs(cmd.Context(), out, layout); err != nil {
				return err
			}
		}
		return nil
	}
	return cmd
}

// printStatus prints the services of a stack, and a request to each real server.
func printStatus(out io.Writer, layout paths.Layout, services []status.Service) error {
	if err := status.PrintTable(out, services); err != nil {
		return err
	}
	servers, err := deploy.Servers.Recorded(layout)
	if err != nil || servers != deploy.RealServers {
		return err
	}
	requests := map[string]string{}
	for _, service := range services {
		if requests[service.Name], err = examples.Request(layout.Root, service.Name); err != nil {
			return err
		}
	}
	status.PrintRequests(out, services, requests)
	return nil
}
