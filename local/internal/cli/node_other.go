//go:build !linux

package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

// nodeCommand returns an error. It exists so that the command line is the same on every system.
func nodeCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "node",
		Hidden: true,
		RunE: func(*cobra.Command, []string) error {
			return errors.New("a node needs Linux namespaces: run ferry on Linux")
		},
	}
}
