package engine_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/local/internal/engine"
)

// An interrupt ends a run in order: no lock stays, and the next run goes on as if nothing had been.
func TestUp_interruptLeavesNoLock(t *testing.T) {
	p := newRepository(t)
	ctx, interrupt := context.WithCancel(context.Background())
	e, err := engine.Open(ctx, engine.Options{Layout: p, Program: func(*pulumi.Context) error {
		interrupt()
		time.Sleep(2 * time.Second) // the engine is still waiting for it when the interrupt comes
		return nil
	}})
	require.NoError(t, err)
	start := time.Now()
	_, err = e.Up(ctx)
	require.Error(t, err)
	require.Less(t, time.Since(start), 30*time.Second)

	var out bytes.Buffer
	e, err = engine.Open(context.Background(), engine.Options{Layout: p, Out: &out, Program: func(*pulumi.Context) error { return nil }})
	require.NoError(t, err)
	_, err = e.Up(context.Background())
	require.NoError(t, err)
	require.NotContains(t, out.String(), "interrupted")
}
