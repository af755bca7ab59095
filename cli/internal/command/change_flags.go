package command

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/release"
)

// addChangeFlags adds the flags of the commands that change a stack's file.
func addChangeFlags(cmd *cobra.Command, o *release.Options) {
	cmd.Flags().StringVarP(&o.Message, "message", "m", "", "`TEXT` for the record of the release")
	cmd.Flags().BoolVar(&o.DryRun, "dry-run", false, "show what would happen; upload, record and write nothing")
	cmd.Flags().BoolVar(&o.Deploy, "deploy", false, "run pulumi up for the stacks, one after the other, and follow the rollouts")
	cmd.Flags().BoolVar(&o.Keep, "keep", false, "with --deploy: keep the new config if the deployment fails")
}

// addCanaryFlag adds --canary.
func addCanaryFlag(cmd *cobra.Command, o *release.Options) {
	cmd.Flags().StringVar(&o.Canary, "canary", "", "with --deploy: `STACK` that is deployed first; the others only if it succeeds")
	completeStacks(cmd, "canary")
}

// checkChangeFlags returns an error for flags that contradict each other.
func checkChangeFlags(o release.Options, stacks []string) error {
	switch {
	case o.DryRun && o.Deploy:
		return exitcode.WithCode(exitcode.Invalid, errors.New("--dry-run and --deploy exclude each other"))
	case !o.Deploy && (o.Keep || o.Canary != ""):
		return exitcode.WithCode(exitcode.Invalid, errors.New("--keep and --canary need --deploy"))
	case o.Canary != "" && !slices.Contains(stacks, o.Canary):
		return exitcode.WithCode(exitcode.Invalid, fmt.Errorf("invalid --canary %q: must be one of the stacks, %v", o.Canary, stacks))
	}
	return nil
}

// writeRelease writes the result of a command that changes stack files.
func writeRelease(cmd *cobra.Command, result release.Result, o release.Options) error {
	return writeResult(cmd, result, func(out io.Writer) error {
		for _, s := range result.Stacks {
			for _, name := range slices.Sorted(maps.Keys(s.Artifacts)) {
				a := s.Artifacts[name]
				state := "was there"
				switch {
				case a.Uploaded && result.DryRun:
					state = "would be uploaded"
				case a.Uploaded:
					state = "uploaded"
				}
				fmt.Fprintf(
					out,
					"%s %s: %s\n  sha256 %s, %s, %s\n",
					result.Service,
					name,
					a.URL,
					a.SHA256,
					humanize.Bytes(uint64(a.Size)),
					state,
				)
				if a.Signature != "" {
					fmt.Fprintf(out, "  signature %s\n", a.Signature)
				}
			}
			fmt.Fprint(out, s.Diff)
			switch {
			case result.DryRun:
				fmt.Fprintf(out, "stack %s: dry run, nothing was changed\n", s.Stack)
			case s.Deployed:
				fmt.Fprintf(out, "stack %s: release %d of %s is deployed\n", s.Stack, s.Record, result.Service)
			case s.Changed:
				fmt.Fprintf(out, "stack %s: release %d of %s is in %s. Commit it, and deploy it with pulumi up -s %s\n",
					s.Stack, s.Record, result.Service, s.File, s.Stack)
			default:
				fmt.Fprintf(out, "stack %s: %s has release %d of %s already\n", s.Stack, s.File, s.Record, result.Service)
			}
		}
		return nil
	})
}
