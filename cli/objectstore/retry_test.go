package objectstore

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// OnRetry is called for long waits, and not for an interruption that passes at once.
func TestRetryPolicy_notifiesOfLongWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for failures, wantNotified := range map[int]bool{1: false, 9: true} {
			var waits []time.Duration
			policy := defaultRetries.withNotify(func(failure error, wait time.Duration) {
				require.EqualError(t, failure, "connection refused")
				waits = append(waits, wait)
			})
			started := time.Now()
			attempts := 0
			err := policy.run(context.Background(), func() (bool, error) {
				if attempts++; attempts <= failures {
					return false, errors.New("connection refused")
				}
				return false, nil
			})
			require.NoError(t, err)
			require.Equal(t, wantNotified, len(waits) > 0)
			for _, wait := range waits {
				require.GreaterOrEqual(t, wait, longWait)
				require.LessOrEqual(t, wait, time.Since(started))
			}
		}
	})
}
