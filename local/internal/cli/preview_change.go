package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/basecommit"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/plandiff"
	"github.com/modelferry/modelferry/local/internal/planreport"
	"github.com/modelferry/modelferry/local/internal/stackfile"
)

const (
	textFormat, markdownFormat, jsonFormat = "text", "markdown", "json"

	// blockedExitCode is that of a plan with destructive changes that nobody has allowed. make exits with 2 for it.
	blockedExitCode = 3
	// allowDestructiveEnv allows destructive changes if it is 1.
	allowDestructiveEnv = "ALLOW_DESTRUCTIVE"
)

// planChange shows what a change does.
type planChange struct {
	base, format string
	out          []string
	allowed      bool
	official     bool // validate with the official plugins, too
}

func changeFlags(cmd *cobra.Command) *planChange {
	p := &planChange{}
	flags := cmd.Flags()
	flags.StringVar(&p.base, "base", "", "show what changes since HEAD branched off this `REF`, such as origin/main")
	flags.StringVar(&p.format, "format", textFormat, "format of the output with --base: text, markdown or json")
	flags.StringArrayVar(
		&p.out,
		"out",
		nil,
		"also write the plan to this `FILE`, in the format of its ending: .txt, .md or .json; may be repeated",
	)
	flags.BoolVar(&p.allowed, "allow-destructive", os.Getenv(allowDestructiveEnv) == "1",
		"allow to replace or delete clusters, node pools, buckets and keys (default: whether $"+allowDestructiveEnv+" is 1)")
	return p
}

func (p *planChange) run(
	cmd *cobra.Command, layoutOf func() (paths.Layout, error), override func(stackfile.File) error,
) error {
	outputs, err := p.outputFormats()
	if err != nil {
		return err
	}
	layout, err := layoutOf()
	if err != nil {
		return err
	}
	layouts := []paths.Layout{layout}
	if !cmd.Flags().Changed("stack") {
		layouts = nil
		for _, stack := range paths.Stacks {
			layouts = append(layouts, paths.Layout{Root: layout.Root, Stack: stack})
		}
	}
	reports, err := p.reports(cmd.Context(), layouts, override, func(format string, args ...any) {
		fmt.Fprintf(cmd.ErrOrStderr(), format+"\n", args...)
	})
	if err != nil {
		return err
	}
	if p.official {
		for _, layout := range layouts {
			if err := validateOfficially(cmd.Context(), layout, override, cmd.ErrOrStderr()); err != nil {
				return err
			}
		}
	}
	for _, output := range outputs {
		content, err := render(output.format, reports)
		if err != nil {
			return err
		}
		if output.file == "" {
			fmt.Fprint(cmd.OutOrStdout(), content)
		} else if err := os.WriteFile(output.file, []byte(content), 0o644); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	return blockedError(reports)
}

// reports plans the change of each stack.
func (p *planChange) reports(
	ctx context.Context, layouts []paths.Layout, override func(stackfile.File) error, progress func(string, ...any),
) ([]planreport.Report, error) {
	base, err := basecommit.Checkout(ctx, layouts[0].Root, p.base)
	if err != nil {
		return nil, err
	}
	defer base.Remove()
	options := plandiff.BaseOptions{Name: base.String(), Dir: base.Dir}
	if !base.HasSameProgram(ctx) {
		progress("building the program of %s", base)
		if options.ProgramFile, err = base.BuildProgram(ctx); err != nil {
			return nil, err
		}
	}
	var reports []planreport.Report
	for _, layout := range layouts {
		progress("planning %s: %s, then this directory", layout.Stack, base)
		options.Layout = layout
		report, err := planReport(ctx, options, override)
		if err != nil {
			return nil, err
		}
		report.DestructionAllowed = p.allowed
		reports = append(reports, report)
	}
	return reports, nil
}

func planReport(
	ctx context.Context, o plandiff.BaseOptions, override func(stackfile.File) error,
) (planreport.Report, error) {
	base, err := plandiff.Deploy(ctx, o)
	if err != nil {
		return planreport.Report{}, err
	}
	defer base.Close()
	return base.Report(ctx, override)
}

// output is a file, or stdout if it has no name.
type output struct{ file, format string }

// outputFormats returns stdout and the files of --out.
func (p *planChange) outputFormats() ([]output, error) {
	outputs := []output{{"", p.format}}
	if p.format != textFormat && p.format != markdownFormat && p.format != jsonFormat {
		return nil, fmt.Errorf("invalid --format %q: must be %s, %s or %s", p.format, textFormat, markdownFormat, jsonFormat)
	}
	for _, file := range p.out {
		format, known := map[string]string{".txt": textFormat, ".md": markdownFormat, ".json": jsonFormat}[filepath.Ext(file)]
		if !known {
			return nil, fmt.Errorf("invalid --out %q: must end in .txt, .md or .json", file)
		}
		outputs = append(outputs, output{file, format})
	}
	return outputs, nil
}

func render(format string, reports []planreport.Report) (string, error) {
	switch format {
	case jsonFormat:
		return planreport.JSON(reports...)
	case markdownFormat:
		return planreport.Comment(reports...), nil
	default:
		var texts []string
		for _, report := range reports {
			texts = append(texts, report.Text())
		}
		return strings.Join(texts, "\n"), nil
	}
}

// blockedError returns an error if a report has destructive changes that nobody has allowed.
func blockedError(reports []planreport.Report) error {
	var stacks []string
	for _, report := range reports {
		if report.Blocked() {
			stacks = append(stacks, report.Stack)
		}
	}
	if len(stacks) == 0 {
		return nil
	}
	return &exitError{blockedExitCode, fmt.Errorf(
		"the plan of %s replaces or deletes a cluster, a node pool, a bucket or a key: check it, then set %s=1 "+
			"(in a pull request: the label allow-destructive)", strings.Join(stacks, " and "), allowDestructiveEnv)}
}
