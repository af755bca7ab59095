package components

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWaitForEnforcement(t *testing.T) {
	for _, test := range []struct {
		name string
		ages []time.Duration // of the bindings, negative if the API server's clock is ahead
		want time.Duration
	}{
		{"no binding has a time of creation", nil, 0},
		{"created in this update", []time.Duration{0}, enforcementDelay},
		{"one of two created in this update", []time.Duration{time.Hour, 2 * time.Second}, enforcementDelay},
		{"at the limit", []time.Duration{time.Minute - time.Second}, enforcementDelay},
		{"older than the limit", []time.Duration{time.Minute, time.Hour}, 0},
		{"the API server's clock is ahead", []time.Duration{-time.Hour}, enforcementDelay},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var absent *string
				created := []any{absent}
				for _, age := range test.ages {
					timestamp := time.Now().Add(-age).UTC().Format(time.RFC3339)
					created = append(created, &timestamp)
				}
				started := time.Now()
				waitForEnforcement(t.Context(), created)
				require.Equal(t, test.want, time.Since(started))
			})
		})
	}
}

func TestWaitForEnforcement_canceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		started, timestamp := time.Now(), time.Now().UTC().Format(time.RFC3339)
		waitForEnforcement(ctx, []any{&timestamp})
		require.Zero(t, time.Since(started))
	})
}
