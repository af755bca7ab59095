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

// After an interrupt the backend is not locked, and the next operation has nothing to recover.
func TestUp_interruptLeavesNoLock(t *testing.T) {
	p := newRepository(t)
	ctx, interrupt := context.WithCancel(context.Background())
	e, err := engine.Open(ctx, engine.Options{Layout: p, Program: func(*pulumi.Context) error {
		interrupt()
		time.Sleep(10 * time.Second) // the operation must not end before the CLI gets the interrupt
		return nil
	}})
	require.NoError(t, err)
	start := time.Now()
	_, err = e.Up(ctx)
	require.Error(t, err)
	require.Less(t, time.Since(start), time.Minute, "before the CLI is killed")

	var out bytes.Buffer
	e, err = engine.Open(context.Background(), engine.Options{Layout: p, Out: &out, Program: func(*pulumi.Context) error { return nil }})
	require.NoError(t, err)
	_, err = e.Up(context.Background())
	require.NoError(t, err)
	require.NotContains(t, out.String(), "interrupted")
}
