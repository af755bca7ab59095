// Package deploy updates a stack with the user's pulumi CLI, and follows the rollouts of its services.
package deploy

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/modelferry/modelferry/cli/diagnosis"
	"github.com/modelferry/modelferry/cli/internal/cluster"
	"github.com/modelferry/modelferry/cli/internal/outputs"
	"github.com/modelferry/modelferry/cli/internal/pulumicli"
)

// Options are the arguments of Up.
type Options struct {
	// Root is the folder with Pulumi.yaml.
	Root  string
	Stack string
	// Services are the names of the services whose rollouts are followed.
	Services []string
	// Out receives the progress.
	Out io.Writer
}

// Up updates a stack, as pulumi up --yes --skip-preview does, and returns when the new pods are ready. It prints each
// change, and what the fetchers of the services' new pods report. If a rollout fails, the error has the exit code and
// the message of the fetcher. After an interrupt it returns when the operations in progress have ended.
func Up(ctx context.Context, o Options) error {
	started := time.Now()
	fmt.Fprintf(o.Out, "%s: pulumi up\n", o.Stack)
	p := newProgress(o.Out)
	update := func(ctx context.Context) error { return run(ctx, o, p) }
	err := o.follow(ctx, p, update)
	if err != nil {
		return fmt.Errorf("stack %s: %w", o.Stack, err)
	}
	fmt.Fprintf(o.Out, "%s: %s in %.1f s\n", o.Stack, p.summary(), time.Since(started).Seconds())
	return nil
}

// Restore updates a stack again after a failed Up, when the stack's file is as it was before, and returns the error of
// Up. The previous pods keep serving.
func Restore(ctx context.Context, o Options, cause error) error {
	fmt.Fprintf(o.Out, "%s: restoring what ran before\n", o.Stack)
	if err := Up(ctx, o); err != nil {
		return fmt.Errorf("%w\ncannot restore what ran before: %w\nrun pulumi up -s %s", cause, err, o.Stack)
	}
	return cause
}

// follow calls update, and follows the rollouts if the stack has a cluster that can be reached. A stack without one is
// new.
func (o Options) follow(ctx context.Context, p *progress, update func(context.Context) error) error {
	stack, err := outputs.Read(ctx, o.Root, o.Stack)
	if err != nil {
		return update(ctx) // its error says more: the CLI, the stack or its state cannot be used
	}
	client, err := cluster.New(stack.Kubeconfig)
	if err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	rollout := diagnosis.Rollout{Client: client, Namespace: stack.Namespace, Services: o.Services, Printf: p.printf}
	return rollout.Follow(ctx, update)
}

// run runs the update and prints the engine's events, which the CLI writes as one JSON document in each line.
func run(ctx context.Context, o Options, p *progress) error {
	command, err := pulumicli.Command(ctx, o.Root, "up", "--stack", o.Stack, "--yes", "--skip-preview", "--json")
	if err != nil {
		return err
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	events, err := command.StdoutPipe()
	if err != nil {
		return fmt.Errorf("pulumi up: %w", err)
	}
	if err := command.Start(); err != nil {
		return fmt.Errorf("pulumi up: %w", err)
	}
	readErr := p.read(events)
	if err := command.Wait(); err != nil {
		return p.updateError(pulumicli.Error(ctx, err, stderr.String()))
	}
	return readErr
}
