package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/engine"
	"github.com/modelferry/modelferry/local/place"
	"github.com/modelferry/modelferry/local/stackfile"
	"github.com/modelferry/modelferry/stack"
)

// previewCommand shows the plan from the repository's files alone.
func previewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "preview",
		Short: "Show what a stack would make, from nothing, with the real engine and no cloud account",
		Args:  cobra.NoArgs,
	}
	at := stackFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		options, err := offlineOptions(at, cmd.OutOrStdout())
		if err != nil {
			return err
		}
		summary, err := engine.Preview(cmd.Context(), options)
		if err != nil {
			return err
		}
		fmt.Fprintf(cmd.OutOrStdout(), "plan of %s: %s\n", options.Place.Stack, summary)
		return nil
	}
	return cmd
}

// offlineOptions checks the repository's config and makes what the engine
// needs to run it without any cloud.
func offlineOptions(at func() (place.Place, error), out io.Writer) (engine.Options, error) {
	p, err := at()
	if err != nil {
		return engine.Options{}, err
	}
	file, err := stackfile.Read(p.Root, p.Stack, nil)
	if err != nil {
		return engine.Options{}, err
	}
	if _, err := file.Load(); err != nil {
		return engine.Options{}, err
	}
	program := stack.Stack{Keys: file.Keys()}
	return engine.Options{Place: p, Program: program.Deploy, Out: out}, nil
}
