package filelock

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/gofrs/flock"
	"github.com/stretchr/testify/require"
)

func TestLock_exclusive(t *testing.T) {
	file := filepath.Join(t.TempDir(), "folder", "lock")
	unlock, err := Lock(t.Context(), file)
	require.NoError(t, err)
	shared, err := flock.New(file).TryRLock()
	require.NoError(t, err)
	require.False(t, shared, "no other process has the lock, not even together with this one")

	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Lock(canceled, file)
	require.ErrorIs(t, err, context.Canceled)

	unlock()
	again, err := Lock(t.Context(), file)
	require.NoError(t, err)
	again()
}
