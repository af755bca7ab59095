//go:build e2e

package e2e

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// waitTimeout bounds every wait. It only decides how soon a failure is reported: on a busy machine, what takes
// two seconds elsewhere may take a minute.
const waitTimeout = 3 * time.Minute

// waitFor polls until condition returns nil, and fails with its last error. The condition runs in the goroutine
// of the test, so it may use require; testify's Eventually would hang then.
func waitFor(t *testing.T, condition func() error) {
	t.Helper()
	for deadline := time.Now().Add(waitTimeout); ; time.Sleep(100 * time.Millisecond) {
		err := condition()
		if err == nil {
			return
		}
		require.True(t, time.Now().Before(deadline), "after %s: %v", waitTimeout, err)
	}
}
