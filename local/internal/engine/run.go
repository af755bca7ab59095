package engine

import (
	"context"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/auto/events"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optdestroy"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optpreview"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optrefresh"
	"github.com/pulumi/pulumi/sdk/v3/go/auto/optup"
)

// Preview returns the changes that Up would make. Like the other operations it returns a summary even if it fails. The
// error is then a RunError.
func (e *Engine) Preview(ctx context.Context) (Summary, error) {
	return e.run("preview", func(stream chan<- events.EngineEvent) error {
		_, err := e.stack.Preview(ctx, optpreview.EventStreams(stream), optpreview.SuppressProgress())
		return err
	})
}

// Up creates, updates and deletes resources so that the stack matches the program.
func (e *Engine) Up(ctx context.Context) (Summary, error) {
	return e.run("up", func(stream chan<- events.EngineEvent) error {
		_, err := e.stack.Up(ctx, optup.EventStreams(stream), optup.SuppressProgress())
		return err
	})
}

// Refresh updates the state to match the resources that exist.
func (e *Engine) Refresh(ctx context.Context) (Summary, error) {
	return e.run("refresh", func(stream chan<- events.EngineEvent) error {
		_, err := e.stack.Refresh(ctx, optrefresh.EventStreams(stream), optrefresh.SuppressProgress())
		return err
	})
}

// Destroy deletes the stack's resources.
func (e *Engine) Destroy(ctx context.Context) (Summary, error) {
	return e.run("destroy", func(stream chan<- events.EngineEvent) error {
		_, err := e.stack.Destroy(ctx, optdestroy.EventStreams(stream), optdestroy.SuppressProgress())
		return err
	})
}

func (e *Engine) run(operation string, call func(chan<- events.EngineEvent) error) (Summary, error) {
	// The channel has no buffer, so all events have been received when call returns. The Automation API does not close
	// the channel if the CLI fails before its first event.
	stream, returned, drained := make(chan events.EngineEvent), make(chan struct{}), make(chan struct{})
	progress := newProgress(e.out)
	go func() {
		defer close(drained)
		for {
			select {
			case event, open := <-stream:
				if !open {
					return
				}
				progress.handle(event)
			case <-returned:
				return
			}
		}
	}()
	err := call(stream)
	close(returned)
	<-drained
	progress.summary.addDeletedFirst()
	if err != nil {
		return progress.summary, fmt.Errorf("%s of stack %s failed: %w", operation, e.stack.Name(), progress.runError(err))
	}
	return progress.summary, nil
}
