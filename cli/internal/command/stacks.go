package command

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/stackfile"
	"github.com/modelferry/modelferry/config/suggest"
)

// addStackFlag adds --stack. stacks receives its values.
func addStackFlag(cmd *cobra.Command, stacks *[]string, usage string) {
	cmd.Flags().StringSliceVarP(stacks, "stack", "s", nil, usage)
	completeStacks(cmd, "stack")
}

// completeStacks completes the value of a flag with the stacks that have a file.
func completeStacks(cmd *cobra.Command, flag string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, // fails only for a flag that does not exist
		func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			root, err := findRoot()
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return stackfile.Stacks(root), cobra.ShellCompDirectiveNoFileComp
		})
}

// completeServices completes the first argument with the services of the catalogue, and others with files.
func completeServices(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	root, err := findRoot()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	for _, stack := range stackfile.Stacks(root) {
		if file, err := stackfile.Open(root, stack); err == nil {
			if c, err := file.Config(); err == nil {
				return c.ServiceNames(), cobra.ShellCompDirectiveNoFileComp
			}
		}
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// selectStacks returns the stacks of a command that changes something: the named ones, or the only one.
func selectStacks(root string, named []string) ([]string, error) {
	known := stackfile.Stacks(root)
	if len(named) == 0 && len(known) != 1 {
		return nil, exitcode.WithCode(
			exitcode.Invalid,
			fmt.Errorf("missing --stack: must be one or several of %s", strings.Join(known, ", ")),
		)
	}
	if len(named) == 0 {
		named = known
	}
	return checkStacks(known, named)
}

// selectAllStacks returns the stacks of a command that only reads: the named ones, or all.
func selectAllStacks(root string, named []string) ([]string, error) {
	known := stackfile.Stacks(root)
	if len(named) == 0 {
		named = known
	}
	return checkStacks(known, named)
}

// checkStacks returns the named stacks, each once.
func checkStacks(known, named []string) ([]string, error) {
	var stacks []string
	for _, name := range named {
		if slices.Contains(stacks, name) {
			continue
		}
		stacks = append(stacks, name)
		// Another config file than Pulumi.STACK.yaml may have any stack.
		if os.Getenv(stackfile.ConfigFileVariable) == "" && !slices.Contains(known, name) && !stackfile.IsNamed(name) {
			return nil, exitcode.WithCode(exitcode.Invalid, fmt.Errorf("invalid stack %q: must be one of %s%s",
				name, strings.Join(known, ", "), suggest.DidYouMean(name, known)))
		}
	}
	if len(stacks) == 0 {
		return nil, exitcode.WithCode(
			exitcode.Invalid,
			errors.New("no stack: there is no Pulumi.STACK.yaml: create one with modelferry init"),
		)
	}
	oneFile := os.Getenv(stackfile.ConfigFileVariable) != "" &&
		slices.ContainsFunc(stacks, func(name string) bool { return !stackfile.IsNamed(name) })
	if len(stacks) > 1 && oneFile {
		return nil, exitcode.WithCode(exitcode.Invalid,
			errors.New(stackfile.ConfigFileVariable+" names the config of one stack: name it with --stack, or unset the variable"))
	}
	return stacks, nil
}
