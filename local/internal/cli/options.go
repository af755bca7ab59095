package cli

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/local/internal/clouds"
	"github.com/modelferry/modelferry/local/internal/engine"
	"github.com/modelferry/modelferry/local/internal/paths"
	"github.com/modelferry/modelferry/local/internal/stackfile"
	"github.com/modelferry/modelferry/stack"
)

// configFlags adds --overlay and --config. The returned function merges the files and then the values into a stack's
// config.
func configFlags(cmd *cobra.Command) func(stackfile.File) error {
	files := cmd.Flags().StringArray("overlay", nil,
		"`FILE` in the format of Pulumi.STACK.yaml whose config is merged into the stack's; may be repeated")
	values := cmd.Flags().StringArrayP("config", "c", nil,
		"config value `KEY=VALUE`, with the key as for pulumi config set --path; may be repeated:\n"+
			"modelferry:releases.nlpinsight.backend=finbert")
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

// offlineOptions validates the stack's config with its overrides, and returns the engine's options for a run without a
// cloud. The Kubernetes objects are written to renderDir.
func offlineOptions(
	layoutOf func() (paths.Layout, error), override func(stackfile.File) error, renderDir string, out io.Writer,
) (engine.Options, error) {
	renderDir, err := filepath.Abs(renderDir)
	if err != nil {
		return engine.Options{}, fmt.Errorf("render directory: %w", err)
	}
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
	c, err := file.Load()
	if err != nil {
		return engine.Options{}, err
	}
	file.Merge(clouds.AccountValues(c))
	program := stack.Program{ConfigKeys: file.Keys(), RenderDir: renderDir, IncludeUnpublished: true}
	return engine.Options{Layout: layout, Program: program.Deploy, ConfigOverrides: file.Overrides(), Out: out}, nil
}
