//go:build !linux

package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

// nodeCommand is there on every system, so that the command line is one; a node is of Linux's namespaces.
func nodeCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "node",
		Hidden: true,
		RunE:   func(*cobra.Command, []string) error { return errors.New("a node runs on Linux only") },
	}
}
