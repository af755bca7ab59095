package cli

import (
	"fmt"
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

// places gives the places of all stacks, or of the named one.
func places(root, stack string) ([]place.Place, error) {
	names := place.Stacks
	if stack != "" {
		names = []string{stack}
	}
	var all []place.Place
	for _, name := range names {
		p, err := place.Of(root, name)
		if err != nil {
			return nil, fmt.Errorf("%w", err)
		}
		all = append(all, p)
	}
	return all, nil
}
