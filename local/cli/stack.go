package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/place"
)

// stackFlag adds --stack, and gives the place that it names.
func stackFlag(cmd *cobra.Command) func() (place.Place, error) {
	name := cmd.Flags().StringP("stack", "s", "gke", "stack: "+strings.Join(place.Stacks, " or "))
	return func() (place.Place, error) {
		root, err := place.FindRoot()
		if err != nil {
			return place.Place{}, err
		}
		return place.Of(root, *name)
	}
}

// stacksFlag adds an optional --stack, and gives the place that it names, or
// those of all stacks.
func stacksFlag(cmd *cobra.Command) func() ([]place.Place, error) {
	name := cmd.Flags().StringP("stack", "s", "", "one stack only")
	return func() ([]place.Place, error) {
		root, err := place.FindRoot()
		if err != nil {
			return nil, err
		}
		names := place.Stacks
		if *name != "" {
			names = []string{*name}
		}
		var all []place.Place
		for _, name := range names {
			p, err := place.Of(root, name)
			if err != nil {
				return nil, err
			}
			all = append(all, p)
		}
		return all, nil
	}
}
