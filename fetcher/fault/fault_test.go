package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/fault"
)

// The exit codes are a contract: they stand here a second time on purpose.
func TestExitCodes(t *testing.T) {
	tests := []struct {
		kind      fault.Kind
		exit      int
		retryable bool
	}{
		{fault.Config, 2, false},
		{fault.Denied, 3, false},
		{fault.Missing, 4, false},
		{fault.Integrity, 5, false},
		{fault.Changed, 5, true},
		{fault.NoSpace, 6, false},
		{fault.Archive, 7, false},
		{fault.Transient, 8, true},
		{fault.Interrupted, 143, false},
	}
	for _, tt := range tests {
		t.Run(tt.kind.String(), func(t *testing.T) {
			require.Equal(t, tt.exit, tt.kind.ExitCode())
			require.Equal(t, tt.retryable, tt.kind.Retryable())
		})
	}
}

func TestKindOf(t *testing.T) {
	tests := []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"a wrapped fault keeps its kind", fmt.Errorf("model: %w", fault.New(fault.Missing, "no such key")), fault.Missing},
		{"an unknown error is transient", errors.New("connection reset by peer"), fault.Transient},
		{"a deadline is giving up", fmt.Errorf("read: %w", context.DeadlineExceeded), fault.Transient},
		{"a cancelled context is an interruption", fmt.Errorf("read: %w", context.Canceled), fault.Interrupted},
		{"a fault beats the context inside it", fault.New(fault.Transient, "stalled: %w", context.Canceled), fault.Transient},
		{"the outermost of joined faults", errors.Join(fault.New(fault.NoSpace, "full"), errors.New("x")), fault.NoSpace},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, fault.KindOf(tt.err))
		})
	}
}

func TestAdviceStandsBehindWhatHappened(t *testing.T) {
	err := fault.New(fault.Denied, "403 for %s", "s3://models/a").Advise("grant %s", "s3:GetObject")
	require.EqualError(t, err, "403 for s3://models/a (grant s3:GetObject)")
	require.ErrorContains(t, fault.New(fault.Denied, "x: %w", context.Canceled), "context canceled")
	require.ErrorIs(t, fault.New(fault.Denied, "x: %w", context.Canceled), context.Canceled)
}
