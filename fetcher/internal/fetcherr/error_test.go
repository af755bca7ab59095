package fetcherr_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// The exit codes are a contract, so the test repeats them.
func TestKind_exitCodeAndRetryable(t *testing.T) {
	tests := []struct {
		kind      fetcherr.Kind
		exit      int
		retryable bool
	}{
		{fetcherr.InvalidConfig, 2, false},
		{fetcherr.PermissionDenied, 3, false},
		{fetcherr.NotFound, 4, false},
		{fetcherr.Integrity, 5, false},
		{fetcherr.ObjectChanged, 5, true},
		{fetcherr.NoSpace, 6, false},
		{fetcherr.InvalidArchive, 7, false},
		{fetcherr.Transient, 8, true},
		{fetcherr.Interrupted, 143, false},
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
		want fetcherr.Kind
	}{
		{"a wrapped error keeps its kind", fmt.Errorf("model: %w", fetcherr.New(fetcherr.NotFound, "no such key")), fetcherr.NotFound},
		{"an unknown error is transient", errors.New("connection reset by peer"), fetcherr.Transient},
		{"a deadline is transient", fmt.Errorf("read: %w", context.DeadlineExceeded), fetcherr.Transient},
		{"a cancelled context is an interruption", fmt.Errorf("read: %w", context.Canceled), fetcherr.Interrupted},
		{"an Error takes precedence over the context error that it wraps",
			fetcherr.New(fetcherr.Transient, "stalled: %w", context.Canceled), fetcherr.Transient},
		{"the first of joined errors", errors.Join(fetcherr.New(fetcherr.NoSpace, "full"), errors.New("x")), fetcherr.NoSpace},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, fetcherr.KindOf(tt.err))
		})
	}
}

func TestError_messageWithHint(t *testing.T) {
	err := fetcherr.New(fetcherr.PermissionDenied, "403 for %s", "s3://models/a").WithHint("grant %s", "s3:GetObject")
	require.EqualError(t, err, "403 for s3://models/a (grant s3:GetObject)")
	require.ErrorContains(t, fetcherr.New(fetcherr.PermissionDenied, "x: %w", context.Canceled), "context canceled")
	require.ErrorIs(t, fetcherr.New(fetcherr.PermissionDenied, "x: %w", context.Canceled), context.Canceled)
}
