package command

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
)

func verifyCommand() *cobra.Command {
	var stacks []string
	var backend string
	cmd := &cobra.Command{
		Use:   "verify SERVICE",
		Short: "Read the objects of a service again and compare their digests",
		Long: "Read every object of a service from its bucket, and compare digest and version with the stack files. The exit code is\n" +
			"1 if one differs, and 4 if one does not exist.",
		Example:           "  modelferry verify bankchurn\n  modelferry verify bankchurn --stack gke -o json",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeServices,
	}
	addStackFlag(cmd, &stacks, "`STACK`; may be repeated (default: every stack with a file)")
	cmd.Flags().StringVar(&backend, "backend", "", "`BACKEND` that the artifacts belong to (default: the one that the stack runs)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		environment, selected, err := openRead(cmd, stacks)
		if err != nil {
			return err
		}
		results, verifyErr := environment.Verify(cmd.Context(), args[0], backend, selected)
		if results == nil {
			return verifyErr
		}
		err = writeResult(cmd, results, func(out io.Writer) error {
			table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "STACK\tARTIFACT\tSIZE\tSHA-256\tRESULT\tURL")
			for _, r := range results {
				size, result := humanize.Bytes(uint64(r.Size)), "ok"
				switch {
				case r.SHA256 == "":
					size, result = "", "NOT READ"
				case !r.OK:
					result = "DIFFERS"
				}
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", r.Stack, r.Artifact, size, shortDigest(r.SHA256), result, r.URL)
			}
			return table.Flush()
		})
		if verifyErr != nil {
			return verifyErr
		}
		return err
	}
	return cmd
}

// shortDigest returns the first digits of a digest.
func shortDigest(digest string) string {
	const digits = 12
	return digest[:min(len(digest), digits)]
}
