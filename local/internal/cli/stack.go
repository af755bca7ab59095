package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// layoutFlag adds --stack. The returned function returns the layout of that stack.
func layoutFlag(cmd *cobra.Command) func() (paths.Layout, error) {
	name := cmd.Flags().StringP("stack", "s", paths.Stacks[0], "stack: "+strings.Join(paths.Stacks, " or "))
	return func() (paths.Layout, error) {
		root, err := paths.FindRoot()
		if err != nil {
			return paths.Layout{}, err
		}
		return paths.New(root, *name)
	}
}

// layoutsFlag adds an optional --stack. The returned function returns the layout of that stack, or those of all stacks.
func layoutsFlag(cmd *cobra.Command) func() ([]paths.Layout, error) {
	name := cmd.Flags().StringP("stack", "s", "", "stack: "+strings.Join(paths.Stacks, " or ")+" (default all)")
	return func() ([]paths.Layout, error) {
		root, err := paths.FindRoot()
		if err != nil {
			return nil, err
		}
		names := paths.Stacks
		if *name != "" {
			names = []string{*name}
		}
		var layouts []paths.Layout
		for _, name := range names {
			layout, err := paths.New(root, name)
			if err != nil {
				return nil, err
			}
			layouts = append(layouts, layout)
		}
		return layouts, nil
	}
}
