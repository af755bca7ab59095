package filelock

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLock_exclusive(t *testing.T) {
	file := filepath.Join(t.TempDir(), "folder", "lock")
	unlock, err := Lock(t.Context(), file)
	require.NoError(t, err)
	acquired := make(chan struct{})
	go func() {
		defer close(acquired)
		second, err := Lock(t.Context(), file)
		if err == nil {
			second()
		}
	}()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Lock(canceled, file)
	require.ErrorIs(t, err, context.Canceled)
	select {
	case <-acquired:
		require.Fail(t, "two have the lock")
	default:
	}
	unlock()
	<-acquired
}
