package command

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/cli/internal/records"
	"github.com/modelferry/modelferry/cli/internal/release"
)

func historyCommand() *cobra.Command {
	var stacks []string
	cmd := &cobra.Command{
		Use:   "history SERVICE",
		Short: "List the releases of a service",
		Long: "List the releases of a service from the records in the buckets, the newest first. An asterisk marks the release that\n" +
			"the stack's file has; modelferry status shows what runs.",
		Example:           "  modelferry history bankchurn\n  modelferry history bankchurn --stack gke -o json",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: completeServices,
	}
	addStackFlag(cmd, &stacks, "`STACK`; may be repeated (default: every stack with a file)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		environment, selected, err := openRead(cmd, stacks)
		if err != nil {
			return err
		}
		entries, err := environment.History(cmd.Context(), args[0], selected)
		if err != nil {
			return err
		}
		return writeResult(cmd, entries, func(out io.Writer) error { return writeHistory(out, entries) })
	}
	return cmd
}

func writeHistory(out io.Writer, entries []release.Entry) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\tSTACK\tRELEASE\tTIME\tARTIFACTS\tSIZE\tWHO\tCOMMIT\tNOTE")
	for _, e := range entries {
		mark := ""
		if e.Current {
			mark = "*"
		}
		var digests, notes []string
		var size int64
		for _, name := range slices.Sorted(maps.Keys(e.Artifacts)) {
			a := e.Artifacts[name]
			digests = append(digests, name+" "+shortDigest(a.SHA256))
			size += a.Size
			if origin := a.Origin; origin != nil && origin.Kind != records.FromStackFile && e.RollbackTo == 0 {
				notes = append(notes, origin.Name)
			}
		}
		if e.RollbackTo > 0 {
			notes = append(notes, fmt.Sprintf("rollback to %d", e.RollbackTo))
		}
		if e.Backend != "" {
			notes = append(notes, "backend "+e.Backend)
		}
		if e.Message != "" {
			firstLine, _, _ := strings.Cut(e.Message, "\n")
			notes = append(notes, firstLine)
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", mark, e.Stack, e.Number, e.Time.Format(time.DateTime),
			strings.Join(digests, ", "), humanize.Bytes(uint64(size)), e.Who, e.Commit[:min(len(e.Commit), 7)], strings.Join(notes, "; "))
	}
	return table.Flush()
}
