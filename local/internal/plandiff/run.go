package plandiff

import (
	"context"
	"fmt"
	"maps"

	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/planreport"
	"github.com/modelferry/modelferry/local/internal/stackfile"
	"github.com/modelferry/modelferry/stack"
)

// BaseOptions are the options of Deploy. All but ProgramFile are required.
type BaseOptions struct {
	// Name of the base in reports.
	Name string
	// Dir has the base's Pulumi.yaml and stack files.
	Dir string
	// ProgramFile is the path of the base's program. It is empty if the program is that of the repository.
	ProgramFile string
	// Layout is that of the repository.
	Layout paths.Layout
}

// Base is a stack of the base, deployed offline.
type Base struct {
	options  BaseOptions
	values   map[string]any
	baseline *engine.Baseline
	warnings []string
}

// Deploy deploys a stack of the base offline.
func Deploy(ctx context.Context, o BaseOptions) (*Base, error) {
	file, err := stackfile.Read(o.Dir, o.Layout.Stack, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Name, err)
	}
	b := &Base{options: o, values: maps.Clone(file.Values)}
	c, err := file.Load()
	switch {
	case err == nil:
		b.leaveOutUnpublished(file, c)
	case o.ProgramFile != "":
		// An older config may not be valid any more, but its own program accepts it.
		c, err = repositoryConfig(o.Layout)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Name, err)
	}
	file.Merge(clouds.AccountValues(c))
	b.baseline, err = engine.DeployOffline(ctx, engine.Options{
		Layout: o.Layout, ConfigDir: o.Dir, ConfigOverrides: file.Overrides(),
		ProgramFile: o.ProgramFile, Program: (&stack.Program{ConfigKeys: file.Keys()}).Deploy,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Name, err)
	}
	b.warnings = append(b.warnings, b.baseline.Warnings...)
	return b, nil
}

// leaveOutUnpublished removes the releases whose pods would not start. Older programs do not leave them out, and newer
// ones refuse to delete them.
func (b *Base) leaveOutUnpublished(file stackfile.File, c config.Config) {
	releases := map[string]any{}
	for _, service := range c.Unpublished() {
		releases[service] = nil
	}
	if len(releases) > 0 {
		file.Merge(map[string]any{config.Namespace + ":releases": releases})
		b.warnings = c.UnpublishedWarnings(b.options.Layout.Stack)
	}
}

// Close removes the stack's state.
func (b *Base) Close() { b.baseline.Close() }

// Report plans the update of the stack to the repository's files, with a config that override changes.
func (b *Base) Report(ctx context.Context, override func(stackfile.File) error) (planreport.Report, error) {
	layout := b.options.Layout
	file, err := stackfile.Read(layout.Root, layout.Stack, nil)
	if err != nil {
		return planreport.Report{}, err
	}
	if err := override(file); err != nil {
		return planreport.Report{}, err
	}
	in := Input{
		Stack: layout.Stack, Base: b.options.Name, BaseWarnings: b.warnings,
		Project: file.Project, Before: b.values, After: maps.Clone(file.Values),
	}
	c, err := file.Load()
	if err != nil {
		return planreport.Report{}, err
	}
	file.Merge(clouds.AccountValues(c))
	in.Plan, err = b.baseline.Preview(ctx, engine.Options{
		Layout: layout, ConfigOverrides: file.Overrides(), Program: (&stack.Program{ConfigKeys: file.Keys()}).Deploy,
	})
	if err != nil {
		return planreport.Report{}, err
	}
	return New(in), nil
}

// repositoryConfig returns the stack's config in the repository's files.
func repositoryConfig(layout paths.Layout) (config.Config, error) {
	file, err := stackfile.Read(layout.Root, layout.Stack, nil)
	if err != nil {
		return config.Config{}, err
	}
	return file.Load()
}
