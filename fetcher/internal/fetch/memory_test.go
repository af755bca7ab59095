package fetch

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/semaphore"
)

func TestMemoryReservation_boundsTheSum(t *testing.T) {
	total := semaphore.NewWeighted(100)
	first, second := &memoryReservation{total: total}, &memoryReservation{total: total}
	require.NoError(t, first.grow(40))
	require.NoError(t, first.grow(30), "the window of a later frame that is smaller")
	require.NoError(t, first.grow(60))
	require.NoError(t, second.grow(40))
	require.ErrorIs(t, second.grow(41), errMemoryInUse)

	waited := make(chan error)
	go func() { waited <- second.wait(t.Context()) }()
	select {
	case <-waited:
		t.Fatal("second did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	first.release()
	require.NoError(t, <-waited)
	require.Equal(t, int64(41), second.held)
	second.release()
	second.release()
	require.True(t, total.TryAcquire(100))
}

func TestMemoryReservation_waitEndsWithContext(t *testing.T) {
	total := semaphore.NewWeighted(1)
	require.True(t, total.TryAcquire(1))
	m := &memoryReservation{total: total}
	require.ErrorIs(t, m.grow(1), errMemoryInUse)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTimeout)
	require.ErrorIs(t, m.wait(ctx), errTimeout)
}
