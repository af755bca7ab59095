package command

import (
	"context"
	"fmt"
	"io"

	"github.com/modelferry/modelferry/cli/internal/deploy"
	"github.com/modelferry/modelferry/cli/internal/outputs"
)

// deployer updates stacks with the pulumi CLI.
type deployer struct {
	root string
	out  io.Writer
}

func (d deployer) Up(ctx context.Context, stack string, services []string) error {
	return deploy.Up(ctx, d.options(stack, services))
}

func (d deployer) Restore(ctx context.Context, stack string, services []string, cause error) error {
	return deploy.Restore(ctx, d.options(stack, services), cause)
}

func (d deployer) options(stack string, services []string) deploy.Options {
	return deploy.Options{Root: d.root, Stack: stack, Services: services, Out: d.out}
}

// bucketNames returns the names of a stack's buckets from its outputs.
func bucketNames(ctx context.Context, root, stack string) (map[string]string, error) {
	o, err := outputs.Read(ctx, root, stack)
	if err != nil {
		return nil, fmt.Errorf("%w (or set modelferry:buckets in the stack's file)", err)
	}
	return o.Buckets, nil
}
