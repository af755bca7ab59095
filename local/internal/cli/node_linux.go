package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/node/network"
	"github.com/modelferry/modelferry/local/internal/node/sandbox"
	"github.com/modelferry/modelferry/local/internal/paths"
)

// nodeServers returns the servers that run in the node's first process, see sandbox.Server.
func nodeServers(stack string) []sandbox.Server {
	cloud := clouds.MustGet(stack)
	if cloud.PodIdentity {
		return []sandbox.Server{identityServer}
	}
	if cloud.MetadataServer {
		return []sandbox.Server{metadataServer}
	}
	return nil
}

// nodeCommand is the node's first process. node.Start runs it in new namespaces. It passes the options in environment
// variables, and the host's PID of this process through file descriptor 3.
func nodeCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "node",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			layout, ok := paths.FromEnv()
			if !ok || os.Getpid() != 1 {
				return errors.New("node must be started by ferry: run `ferry up`")
			}
			addresses, err := network.ParseRange(os.Getenv(network.RangeEnv))
			if err != nil {
				return err
			}
			return sandbox.Run(cmd.Context(), sandbox.Options{
				Layout: layout, Range: addresses, Region: os.Getenv("AWS_REGION"), Servers: nodeServers(layout.Stack),
				HostPID: os.NewFile(3, "host-pid"), Progress: os.Stdout,
			})
		},
	}
}
