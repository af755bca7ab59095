package command

import (
	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/cli/internal/release"
)

func promoteCommand() *cobra.Command {
	var r release.PromoteRequest
	cmd := &cobra.Command{
		Use:   "promote SERVICE --from STACK --to STACK",
		Short: "Release on a stack what another stack has",
		Long: "Copy the artifacts of a service from the buckets of one stack to those of another one, also between clouds, and\n" +
			"release them there. The bytes are compared with the digests in the first stack's file. It needs credentials of both\n" +
			"clouds.",
		Example: "  modelferry promote bankchurn --from gke --to eks\n" +
			"  modelferry promote bankchurn --from gke --to eks --deploy",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeServices,
	}
	addChangeFlags(cmd, &r.Options)
	cmd.Flags().StringVar(&r.From, "from", "", "`STACK` that has the release")
	cmd.Flags().StringVar(&r.To, "to", "", "`STACK` that gets it")
	cmd.Flags().StringVar(&r.Backend, "backend", "", "`BACKEND` that the artifacts belong to (default: the one that --from runs)")
	cmd.Flags().StringVar(&r.Image, "image", "", "`IMAGE` of the model server with its digest (default: as it is)")
	for _, flag := range []string{"from", "to"} {
		_ = cmd.MarkFlagRequired(flag) // fails only for a flag that does not exist
		completeStacks(cmd, flag)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		environment, _, err := openChange(cmd, r.Options, []string{r.From, r.To})
		if err != nil {
			return err
		}
		r.Service = args[0]
		result, err := environment.Promote(cmd.Context(), r)
		return withResult(cmd, result, r.Options, err)
	}
	return cmd
}
