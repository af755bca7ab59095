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

// Preview shows what Up would change. Like the others it returns what was done also when it fails; the error
// then holds every fault in the engine's own words.
func (e *Engine) Preview(ctx context.Context) (Summary, error) {
	return e.run("preview", func(stream chan<- events.EngineEvent) error {
		_, err := e.stack.Preview(ctx, optpreview.EventStreams(stream), optpreview.SuppressProgress())
		return err
	})
}

// Up brings the stack to what the program says.
func (e *Engine) Up(ctx context.Context) (Summary, error) {
	return e.run("up", func(stream chan<- events.EngineEvent) error {
		_, err := e.stack.Up(ctx, optup.EventStreams(stream), optup.SuppressProgress())
		return err
	})
}

// Refresh brings the state to what is really there.
func (e *Engine) Refresh(ctx context.Context) (Summary, error) {
	return e.run("refresh", func(stream chan<- events.EngineEvent) error {
		_, err := e.stack.Refresh(ctx, optrefresh.EventStreams(stream), optrefresh.SuppressProgress())
		return err
	})
}

// Destroy takes everything away that the stack made.
func (e *Engine) Destroy(ctx context.Context) (Summary, error) {
	return e.run("destroy", func(stream chan<- events.EngineEvent) error {
		_, err := e.stack.Destroy(ctx, optdestroy.EventStreams(stream), optdestroy.SuppressProgress())
		return err
	})
}

func (e *Engine) run(operation string, call func(chan<- events.EngineEvent) error) (Summary, error) {
	// The channel has no buffer, so when the call is back everything has been shown. The Automation API closes
	// it only when the CLI came as far as to send events.
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
	if err != nil {
		return progress.summary, fmt.Errorf("%s of stack %s failed: %w", operation, e.stack.Name(), progress.runError(err))
	}
	return progress.summary, nil
}
