package plandiff

import (
	"context"
	"fmt"
	"maps"

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
}

// Deploy deploys a stack of the base offline.
func Deploy(ctx context.Context, o BaseOptions) (*Base, error) {
	file, err := stackfile.Read(o.Dir, o.Layout.Stack, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Name, err)
	}
	b := &Base{options: o, values: maps.Clone(file.Values)}
	account, err := accountValues(file)
	if err != nil && o.ProgramFile != "" {
		// An older config may not be valid any more, and its program does not mind.
		account, err = repositoryAccount(o.Layout)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Name, err)
	}
	file.Merge(account)
	b.baseline, err = engine.DeployOffline(ctx, engine.Options{
		Layout: o.Layout, ConfigDir: o.Dir, ConfigOverrides: file.Overrides(),
		ProgramFile: o.ProgramFile, Program: (&stack.Program{ConfigKeys: file.Keys()}).Deploy,
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Name, err)
	}
	return b, nil
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
		Stack: layout.Stack, Base: b.options.Name, BaseWarnings: b.baseline.Warnings,
		Project: file.Project, Before: b.values, After: maps.Clone(file.Values),
	}
	account, err := accountValues(file)
	if err != nil {
		return planreport.Report{}, err
	}
	file.Merge(account)
	in.Plan, err = b.baseline.Preview(ctx, engine.Options{
		Layout: layout, ConfigOverrides: file.Overrides(), Program: (&stack.Program{ConfigKeys: file.Keys()}).Deploy,
	})
	if err != nil {
		return planreport.Report{}, err
	}
	return New(in), nil
}

func repositoryAccount(layout paths.Layout) (map[string]any, error) {
	file, err := stackfile.Read(layout.Root, layout.Stack, nil)
	if err != nil {
		return nil, err
	}
	return accountValues(file)
}

// accountValues returns the config values by which the stand-ins of the cloud have the account in a config.
func accountValues(file stackfile.File) (map[string]any, error) {
	c, err := file.Load()
	if err != nil {
		return nil, err
	}
	if account := clouds.MustGet(string(c.Cloud)).Account; account != nil {
		return account(c), nil
	}
	return nil, nil
}
