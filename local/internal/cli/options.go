package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/stackfile"
	"github.com/modelferry/modelferry/stack"
)

// configFlags adds --overlay and --config, and lays what they give over a
// stack's config, the files first.
func configFlags(cmd *cobra.Command) func(stackfile.File) error {
	files := cmd.Flags().StringArray("overlay", nil, "`FILE` whose config lies over the stack's, objects key by key; it is written as a stack file is")
	values := cmd.Flags().StringArrayP("config", "c", nil,
		"one value of config, `KEY=VALUE`, as pulumi config set --path takes it:\nmodelferry:releases.nlpinsight.backend=finbert")
	return func(file stackfile.File) error {
		for _, path := range *files {
			more, err := stackfile.ReadValues(path)
			if err != nil {
				return fmt.Errorf("--overlay: %w", err)
			}
			file.Merge(more)
		}
		for _, value := range *values {
			if err := file.Set(value); err != nil {
				return fmt.Errorf("--config: %w", err)
			}
		}
		return nil
	}
}

// offlineOptions checks the repository's config, with what is laid over it, and
// makes what the engine needs to run it without any cloud.
func offlineOptions(layoutOf func() (paths.Layout, error), override func(stackfile.File) error, out io.Writer) (engine.Options, error) {
	layout, err := layoutOf()
	if err != nil {
		return engine.Options{}, err
	}
	file, err := stackfile.Read(layout.Root, layout.Stack, nil)
	if err != nil {
		return engine.Options{}, err
	}
	if err := override(file); err != nil {
		return engine.Options{}, err
	}
	if _, err := file.Load(); err != nil {
		return engine.Options{}, err
	}
	program := stack.Program{ConfigKeys: file.Keys()}
	return engine.Options{Layout: layout, Program: program.Deploy, ConfigOverrides: file.Overrides(), Out: out}, nil
}
