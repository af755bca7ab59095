package command

import (
	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/cli/internal/release"
)

func rollbackCommand() *cobra.Command {
	var r release.RollbackRequest
	cmd := &cobra.Command{
		Use:   "rollback SERVICE",
		Short: "Select an earlier release of a service",
		Long: "Write the artifacts of an earlier release into the stack files: those of the release before, or with --to those of a\n" +
			"certain one. Nothing is uploaded: the objects of every release are still in the bucket. A second rollback goes back\n" +
			"further. The image of the model server stays.",
		Example: "  modelferry rollback bankchurn --stack gke\n" +
			"  modelferry rollback bankchurn --stack gke --to 3 --deploy\n" +
			"  modelferry rollback bankchurn --stack gke --to 9f86d081884c",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeServices,
	}
	addStackFlag(cmd, &r.Stacks, "`STACK`; may be repeated (default: the only one that has a file)")
	addChangeFlags(cmd, &r.Options)
	addCanaryFlag(cmd, &r.Options)
	cmd.Flags().StringVar(&r.To, "to", "", "`RELEASE`: its number, or at least 7 digits of an artifact's digest (default: the one before)")
	cmd.Flags().StringVar(&r.Backend, "backend", "", "`BACKEND` that the artifacts belong to (default: the one that the stack runs)")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		environment, stacks, err := openChange(cmd, r.Options, r.Stacks)
		if err != nil {
			return err
		}
		r.Service, r.Stacks = args[0], stacks
		result, err := environment.Rollback(cmd.Context(), r)
		return withResult(cmd, result, r.Options, err)
	}
	return cmd
}
